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
import { type Dtype, floatAt } from "../../half";
import type { Heap } from "../../heap";
import { checkObject, ownOptions } from "../../options";
import { lengthOf } from "../../typedArray";

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

const readBias = (fn: string, name: string, bias: Bias): Bias =>
  ownOptions(fn, bias, { tokens: bias.tokens, values: bias.values }, undefined, `${name}.`);

const readPenalties = (fn: string, name: string, penalties: Penalties): Penalties =>
  ownOptions(
    fn,
    penalties,
    {
      tokens: penalties.tokens,
      promptLength: penalties.promptLength,
      repetition: penalties.repetition,
      frequency: penalties.frequency,
      presence: penalties.presence,
    },
    undefined,
    `${name}.`,
  );

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

/** What a bias holds, or penalties: checked, in arrays of ours. */
export interface CheckedBias {
  readonly biased: Float64Array;
  readonly values: Float32Array;
}
export interface CheckedPenalties {
  readonly seen: Float64Array;
  readonly promptLength: number;
  readonly amounts: Amounts;
}

const NO_BIAS: CheckedBias = { biased: new Float64Array(0), values: new Float32Array(0) };
const NO_PENALTIES: CheckedPenalties = {
  seen: new Float64Array(0),
  promptLength: 0,
  amounts: { repetition: 1, frequency: 0, presence: 0 },
};

/**
 * A logit after its penalties. One that is infinite, or has become so on the way, stays it: the difference of two infinities is NaN.
 *
 * @param count  how often the token was generated
 */
function penalized(logit: number, count: number, { repetition, frequency, presence }: Amounts): number {
  if (!Number.isFinite(logit)) return logit;
  let v = Math.fround(logit > 0 ? logit / repetition : logit * repetition);
  if (count > 0 && Number.isFinite(v)) v = Math.fround(v - Math.fround(frequency * count));
  if (count > 0 && Number.isFinite(v)) v = Math.fround(v - presence);
  return v;
}

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

  constructor(vocabulary: number, { biased, values }: CheckedBias, { seen, promptLength, amounts }: CheckedPenalties) {
    const most = Math.min(biased.length + seen.length, vocabulary);
    const bits = 33 - Math.clz32(most);
    this.#slots = new Int32Array(2 << bits);
    this.#shift = 32 - bits;
    this.#taken = new Int32Array(most);
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
    const bias = this.#biases === undefined ? 0 : this.#biases[at >> 1];
    if (bias === -Infinity || logit === -Infinity) return -Infinity;
    const v = bias === 0 ? logit : Math.fround(logit + bias);
    const count = this.#slots[at + 1] - 1;
    return count < 0 ? v : penalized(v, count, this.#amounts);
  }

  /** What a token's logit becomes. */
  of(token: number, logit: number): number {
    const at = this.#slotOf(token);
    return this.#slots[at] === 0 ? logit : this.#edited(at, logit);
  }

  isBanned(token: number): boolean {
    const at = this.#slotOf(token);
    return this.#slots[at] !== 0 && this.#biases !== undefined && this.#biases[at >> 1] === -Infinity;
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

/** @param name  "bias", or "bias[3]" where it is the fourth of a list */
export function checkBias(
  fn: string,
  name: string,
  bias: Bias,
  vocabulary: number,
  dtype: Dtype | undefined,
): CheckedBias {
  checkObject(fn, name, bias);
  const given = readBias(fn, name, bias);
  const tokens = checkTokenIds(fn, `${name}.tokens`, given.tokens, vocabulary);
  const floats = checkFloats(fn, `${name}.values`, given.values, dtype);
  if (lengthOf(floats) === 0) checkAttached(fn, `${name}.values`, floats);
  const values = new Float32Array(lengthOf(floats)); // a copy: what is read next may change them
  for (let i = 0; i < values.length; i++) values[i] = floatAt(floats, i);
  checkLength(fn, `${name}.values`, values.length, tokens.length, `as ${name}.tokens`);
  for (let i = 0; i < tokens.length; i++) {
    if (values[i] !== values[i]) refuseValue(fn, `${name}.values`, "numbers", `NaN at index ${i}`);
  }
  return { biased: tokens, values };
}

/** @param name  as of checkBias */
export function checkPenalties(fn: string, name: string, penalties: Penalties, vocabulary: number): CheckedPenalties {
  checkObject(fn, name, penalties);
  const {
    repetition = 1,
    frequency = 0,
    presence = 0,
    promptLength = 0,
    ...given
  } = readPenalties(fn, name, penalties);
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
  return { seen: tokens, promptLength, amounts: { repetition, frequency, presence } };
}

/** The edits of one row, undefined where there are none. */
export const editsOf = (vocabulary: number, bias = NO_BIAS, penalties = NO_PENALTIES): Edits | undefined =>
  bias.biased.length + penalties.seen.length === 0 ? undefined : new Edits(vocabulary, bias, penalties);
