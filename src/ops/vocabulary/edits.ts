/** Bias and penalties: they change the logits of some tokens, without a copy of the vocabulary. */

import {
  checkAttached,
  checkCount,
  checkFloats,
  checkLength,
  checkNumber,
  checkTokenIds,
  type FloatInput,
  refuseValue,
  type TokenList,
} from "../../check";
import type { Heap } from "../../heap";
import { checkObject, ownOptions } from "../../options";
import { lengthOf, setAll } from "../../typedArray";

/** logits[tokens[j]] += values[j]; duplicates add up. */
export interface Bias {
  /** Indices of the vocabulary. */
  tokens: TokenList;
  /** As many; -Infinity bans a token as a mask does, +Infinity forces it: the first forced token is taken. */
  values: FloatInput;
}

/** Penalties make tokens that occurred before less probable. */
export interface Penalties {
  /** The prompt and what was generated, or as much of it as is to count. */
  tokens: TokenList;
  /** How many of them are the prompt, which frequency and presence do not count; default 0. */
  promptLength?: number | undefined;
  /** Once for every distinct token: x > 0 ? x / repetition : x * repetition; finite and > 0; default 1. */
  repetition?: number | undefined;
  /** x -= frequency, as often as the token was generated; finite; default 0. */
  frequency?: number | undefined;
  /** x -= presence, once if it was generated; finite; default 0. */
  presence?: number | undefined;
}

const readBias = (fn: string, bias: Bias): Bias => ownOptions(fn, bias, { tokens: bias.tokens, values: bias.values });

const readPenalties = (fn: string, penalties: Penalties): Penalties =>
  ownOptions(fn, penalties, {
    tokens: penalties.tokens,
    promptLength: penalties.promptLength,
    repetition: penalties.repetition,
    frequency: penalties.frequency,
    presence: penalties.presence,
  });

function checkFinite(fn: string, name: string, value: number): void {
  checkNumber(fn, name, value);
  if (!Number.isFinite(value)) refuseValue(fn, name, "a finite number", value);
}

/** By how much tokens that were there before lose. */
interface Amounts {
  readonly repetition: number;
  readonly frequency: number;
  readonly presence: number;
}

const NO_BIAS: [Float64Array, Float32Array] = [new Float64Array(0), new Float32Array(0)];
const NO_PENALTIES: [Float64Array, number, Amounts] = [
  new Float64Array(0),
  0,
  { repetition: 1, frequency: 0, presence: 0 },
];

/** 2^32 over the golden ratio: multiplied by it, neighbours come to lie far apart. */
const SPREAD = 0x9e3779b9;

/** The edits of a row, or of all rows that share them: a hash table of tokens, half full at most. */
export class Edits {
  /** How many tokens are banned. */
  bans = 0;
  /** Pairs: a token and 1, or 0 for none; how often it was generated and 1, or 0 where penalties do not know it. */
  readonly #slots: Int32Array;
  readonly #shift: number;
  /** The slots that are taken: those that are not stand between them in no order, which processors guess badly. */
  readonly #taken: Int32Array;
  #count = 0;
  /** The bias of the token in each slot; undefined where none has one. */
  readonly #biases: Float64Array | undefined;
  readonly #amounts: Amounts;

  /**
   * @param biased  tokens, and in `values` their biases
   * @param seen    tokens that penalties are for, the first `promptLength` of them in the prompt
   */
  constructor(biased: Float64Array, values: Float32Array, seen: Float64Array, promptLength: number, amounts: Amounts) {
    const bits = 33 - Math.clz32(biased.length + seen.length);
    this.#slots = new Int32Array(2 << bits);
    this.#shift = 32 - bits;
    this.#taken = new Int32Array(biased.length + seen.length);
    this.#biases = biased.length === 0 ? undefined : new Float64Array(1 << bits);
    this.#amounts = amounts;
    for (let i = 0; i < biased.length; i++) this.#bias(this.#take(biased[i]), values[i]);
    const slots = this.#slots;
    for (let i = 0; i < seen.length; i++) {
      const at = this.#take(seen[i]);
      if (i >= promptLength) slots[at + 1] = Math.max(slots[at + 1], 1) + 1;
      else slots[at + 1] = 1;
    }
  }

  /** Adds to the bias of a token; a ban wins, also over a force. */
  #bias(at: number, value: number): void {
    const biases = this.#biases as Float64Array;
    const before = biases[at >> 1];
    if (before === -Infinity) return;
    if (value === -Infinity) this.bans++;
    biases[at >> 1] = value === -Infinity ? value : before + value;
  }

  /** Where a token stands in the table, or would. */
  #slotOf(token: number): number {
    const slots = this.#slots;
    let at = (Math.imul(token, SPREAD) >>> this.#shift) << 1;
    while (slots[at] !== 0 && slots[at] !== token + 1) at = (at + 2) & (slots.length - 1);
    return at;
  }

  /** The token's slot, taken for it if it was not. */
  #take(token: number): number {
    const at = this.#slotOf(token);
    if (this.#slots[at] === 0) {
      this.#slots[at] = token + 1;
      this.#taken[this.#count++] = at;
    }
    return at;
  }

  /** A logit after the edits of a slot, each a float32 operation. -Infinity stays it; one that is banned is not looked at. */
  #edited(at: number, logit: number): number {
    const { repetition, frequency, presence } = this.#amounts;
    const bias = this.#biases === undefined ? 0 : this.#biases[at >> 1];
    if (bias === -Infinity || logit === -Infinity) return -Infinity;
    let v = bias === 0 ? logit : Math.fround(logit + bias);
    const count = this.#slots[at + 1] - 1;
    if (count >= 0) v = Math.fround(v > 0 ? v / repetition : v * repetition);
    if (count > 0) v = Math.fround(Math.fround(v - Math.fround(frequency * count)) - presence);
    return v;
  }

  /** What a token's logit becomes. */
  of(token: number, logit: number): number {
    const at = this.#slotOf(token);
    return this.#slots[at] === 0 ? logit : this.#edited(at, logit);
  }

  isBanned(token: number): boolean {
    const at = this.#slotOf(token);
    return this.#slots[at] !== 0 && this.#edited(at, 0) === -Infinity;
  }

  /** Edits a copy of the row's n logits from `from` on: heap[at…]. */
  apply(heap: Heap, at: number, from: number, n: number): void {
    const slots = this.#slots;
    const taken = this.#taken;
    for (let i = 0; i < this.#count; i++) {
      const token = slots[taken[i]] - 1 - from;
      if (token < 0 || token >= n) continue;
      const place = at + 4 * token;
      heap.setFloat32(place, this.#edited(taken[i], heap.float32(place)));
    }
  }
}

/** @returns [tokens, and their biases] */
function checkBias(fn: string, name: string, bias: Bias, vocabulary: number): [Float64Array, Float32Array] {
  checkObject(fn, name, bias);
  const given = readBias(fn, bias);
  const tokens = checkTokenIds(fn, `${name}.tokens`, given.tokens, vocabulary);
  const floats = checkFloats(fn, `${name}.values`, given.values);
  const length = lengthOf(floats);
  if (length === 0) checkAttached(fn, `${name}.values`, floats);
  checkLength(fn, `${name}.values`, length, tokens.length, `as ${name}.tokens`);
  const values = new Float32Array(length); // a copy: what is read next may change the caller's
  setAll(values, floats, 0);
  for (let i = 0; i < tokens.length; i++) {
    if (values[i] !== values[i]) refuseValue(fn, `${name}.values`, "numbers", `NaN at index ${i}`);
  }
  return [tokens, values];
}

/** @returns tokens, how many of them are the prompt, and by how much they count */
function checkPenalties(
  fn: string,
  name: string,
  penalties: Penalties,
  vocabulary: number,
): [Float64Array, number, Amounts] {
  checkObject(fn, name, penalties);
  const { repetition = 1, frequency = 0, presence = 0, promptLength = 0, ...given } = readPenalties(fn, penalties);
  checkNumber(fn, `${name}.repetition`, repetition);
  if (!(repetition > 0 && repetition < Infinity)) {
    refuseValue(fn, `${name}.repetition`, "a finite number > 0 (1 changes nothing)", repetition);
  }
  checkFinite(fn, `${name}.frequency`, frequency);
  checkFinite(fn, `${name}.presence`, presence);
  checkCount(fn, `${name}.promptLength`, promptLength, 0);
  const tokens = checkTokenIds(fn, `${name}.tokens`, given.tokens, vocabulary);
  if (promptLength > tokens.length) {
    refuseValue(fn, `${name}.promptLength`, `at most ${tokens.length}, as many as ${name}.tokens`, promptLength);
  }
  return [tokens, promptLength, { repetition, frequency, presence }];
}

/**
 * The edits of one row, undefined where there are none.
 *
 * @param at  "[3]" where they are the fourth of a list
 */
export function checkEdits(
  fn: string,
  bias: Bias | undefined,
  penalties: Penalties | undefined,
  vocabulary: number,
  at = ["", ""],
): Edits | undefined {
  if (bias === undefined && penalties === undefined) return undefined;
  const [biased, values] = bias === undefined ? NO_BIAS : checkBias(fn, `bias${at[0]}`, bias, vocabulary);
  const [seen, promptLength, amounts] =
    penalties === undefined ? NO_PENALTIES : checkPenalties(fn, `penalties${at[1]}`, penalties, vocabulary);
  if (biased.length + seen.length === 0) return undefined;
  return new Edits(biased, values, seen, promptLength, amounts);
}
