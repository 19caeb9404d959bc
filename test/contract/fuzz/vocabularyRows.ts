/** The rows of a call on a vocabulary by the definition: what bias and penalties leave of each, and which of its tokens are allowed. */
import { types } from "node:util";
import { allowed, edited, ordered } from "../../judge/vocabularyReference.mjs";
import type { Args, Given } from "./calls";
import { isArray, isInteger, numbersOf } from "./valid";

/** A row from which a token can be chosen. */
export interface Row {
  /** Its logits, edited. */
  readonly x: Float32Array;
  readonly mask: Uint32Array | undefined;
  /** The tokens that are allowed, the most probable first. */
  readonly order: Uint32Array;
}

interface Judged {
  readonly n: number;
  /** By an option: results are arrays. */
  readonly shaped: boolean;
  /** Undefined: a row to be refused if it is read. */
  readonly rows: readonly (Row | undefined)[];
  /** Masks, as they were given. */
  readonly masks: readonly unknown[];
  readonly temperature: number;
}

/** Token ids as numbers; undefined where they must be refused. */
export function tokensOf(value: unknown, n: number, { alive }: Given, ignore?: unknown): number[] | undefined {
  if (types.isTypedArray(value)) {
    if (!types.isUint32Array(value) && !types.isInt32Array(value) && !types.isBigInt64Array(value)) return undefined;
    if (!alive(value)) return undefined;
  } else if (!Array.isArray(value)) return undefined;
  const ids: number[] = [];
  for (const given of value as Iterable<unknown>) {
    if (typeof given !== "number" && typeof given !== "bigint") return undefined;
    const id = Number(given);
    if (id !== ignore && !(isInteger(id, 0) && id < n)) return undefined;
    ids.push(id);
  }
  return ids;
}

export const partsOf = (value: unknown): Args | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
    ? (value as Args)
    : undefined;

type Bias = { tokens: number[]; values: Float32Array };
function biasOf(value: unknown, n: number, given: Given, dtype: unknown): Bias | undefined {
  const parts = partsOf(value);
  const tokens = tokensOf(parts?.tokens, n, given);
  const values = numbersOf(parts?.values, given, dtype);
  if (tokens === undefined || values === undefined) return undefined;
  return values.length === tokens.length && !values.some(Number.isNaN) ? { tokens, values } : undefined;
}

type Penalties = { tokens: number[]; promptLength: number; repetition: number; frequency: number; presence: number };
function penaltiesOf(value: unknown, n: number, given: Given): Penalties | undefined {
  const { tokens: list, promptLength = 0, repetition = 1, frequency = 0, presence = 0 } = partsOf(value) ?? {};
  const tokens = tokensOf(list, n, given);
  if (tokens === undefined || !isInteger(promptLength, 0) || promptLength > tokens.length) return undefined;
  if (!Number.isFinite(repetition) || (repetition as number) <= 0) return undefined;
  if (!Number.isFinite(frequency) || !Number.isFinite(presence)) return undefined;
  return { tokens, promptLength, repetition, frequency, presence } as Penalties;
}

/** A mask of any kind as bits; what is missing at its end is not allowed. */
export function bitsOf(said: Uint8Array | Uint32Array | Int32Array, n: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(n / 32));
  if (!types.isUint8Array(said)) bits.set(said.subarray(0, bits.length));
  else for (let i = 0; i < Math.min(n, said.length); i++) if (said[i] !== 0) bits[i >> 5] |= 1 << (i & 31);
  return bits;
}

export type Words = Uint8Array | Uint32Array | Int32Array;
const maskOf = (value: unknown, given: Given): Words | undefined =>
  (["u8", "u32", "i32"] as const).some((type) => isArray(value, type, undefined, given)) ? (value as Words) : undefined;

/** One a row of what was given for all or for each; undefined where that must be refused. @param read  undefined for a bad one */
function perRow<T>(value: unknown, rows: number, read: (one: unknown) => T | undefined): (T | undefined)[] | undefined {
  if (Array.isArray(value) && value.length !== rows) return undefined;
  const given: unknown[] = Array.isArray(value) ? Array.from(value) : [value];
  const each = given.map((one) => (one === undefined ? undefined : read(one)));
  if (given.some((one, r) => one !== undefined && each[r] === undefined)) return undefined;
  return Array.isArray(value) ? each : new Array(rows).fill(each[0]);
}

/** The number of rows and the vocabulary; undefined where a shape must be refused. */
function sizeOf(shape: unknown, length: number): { rows: number; n: number } | undefined {
  if (shape === undefined) return length === 0 ? undefined : { rows: 1, n: length };
  if (!Array.isArray(shape) || shape.length === 0) return undefined;
  const sizes = Array.from(shape);
  if (!sizes.every((size) => isInteger(size, 0)) || sizes[sizes.length - 1] < 1) return undefined;
  const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  return rows * sizes[sizes.length - 1] === length ? { rows, n: sizes[sizes.length - 1] } : undefined;
}

function rowOf(
  x: Float32Array,
  words: Words | undefined,
  bias: Bias | undefined,
  lost: Penalties | undefined,
): Row | undefined {
  const { x: y, mask } = edited(x, words && bitsOf(words, x.length), bias, lost);
  if (y.some((v, i) => Number.isNaN(v) && allowed(mask, i))) return undefined;
  const order = ordered(y, mask);
  return order.length === 0 || y[order[0]] === -Infinity ? undefined : { x: y, mask, order };
}

/** The arguments that all functions of a vocabulary have, judged; undefined where one must be refused. */
export function judged(
  { logits, temperature = 1, mask, shape, bias, penalties, dtype }: Args,
  given: Given,
): Judged | undefined {
  if (typeof temperature !== "number" || !(temperature >= 0 && temperature < Infinity)) return undefined;
  const all = numbersOf(logits, given, dtype);
  const size = all && sizeOf(shape, all.length);
  if (all === undefined || size === undefined) return undefined;
  const { rows: count, n } = size;
  const masks = perRow(mask, count, (one) => maskOf(one, given));
  const biases = perRow(bias, count, (one) => biasOf(one, n, given, dtype));
  const lost = perRow(penalties, count, (one) => penaltiesOf(one, n, given));
  if (masks === undefined || biases === undefined || lost === undefined) return undefined;
  const rows = masks.map((words, r) => rowOf(all.slice(r * n, (r + 1) * n), words, biases[r], lost[r]));
  return { n, shaped: shape !== undefined, rows, masks, temperature };
}
