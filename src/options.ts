/**
 * Options. Each is read once, because it may be a getter. Only an object's own properties are options: a property of
 * Object.prototype is ignored, one that is inherited from anything else is refused. A name that the function does not have is
 * refused too, because ignoring an option in silence would give a wrong result.
 */
import { isRevoked, kind, refuseType } from "./check";

const { getPrototypeOf } = Object;
/** A constant of a function's own context, as in typedArray.ts: beside `for (name in object)` V8 makes it nothing at all. */
export const has = (() => {
  const { hasOwnProperty: isOwn } = Object.prototype;
  return (object: object, name: string): boolean => isOwn.call(object, name);
})();

type Values = Record<string, unknown>;

/** Refuses anything but an object. @param example  the option that a bare number was probably meant for */
export function checkObject(fn: string, name: string, value: unknown, example?: string): void {
  if (typeof value === "object" && value !== null && !isRevoked(value) && !Array.isArray(value)) {
    if (!ArrayBuffer.isView(value)) return;
  }
  refuseObject(fn, name, value, example);
}

function refuseObject(fn: string, name: string, value: unknown, example: string | undefined): never {
  const meant = typeof value === "number" && example !== undefined ? ` (did you mean { ${example}: ${value} }?)` : "";
  return refuseType(fn, name, "an object", `${kind(value)}${meant}`);
}

/** 1 for an option that was given, else 0, to be counted. */
export const isGiven = (value: unknown): number => (value === undefined ? 0 : 1);

/**
 * @param options  an object (checkObject)
 * @param given    every option that `fn` has, as it was read from `options`
 * @param count    how many of them are not undefined: counted by name it takes 2 ns, by a loop 15
 * @param inside   "bias." where the object is the option bias itself
 * @returns        given, without what Object.prototype carries
 */
export function ownOptions<Options extends object>(
  fn: string,
  options: Options,
  given: Options,
  count = countOf(given),
  inside = "",
): Options {
  // Where every name is an own one and there are as many names as options with a value, the names are those options. V8 makes this
  // loop fast; to ask Object.getPrototypeOf instead is a call and takes three times as long.
  for (const name in options) {
    if (!has(options, name)) return judge(fn, options, given, true, inside);
    count--;
  }
  return count === 0 && options.constructor === Object ? given : judge(fn, options, given, true, inside);
}

function countOf(given: object): number {
  let count = 0;
  for (const name in given) if ((given as Values)[name] !== undefined) count++;
  return count;
}

/** As ownOptions, for an object that may have other fields too, which are ignored. */
export const ownFields = <Fields extends object>(fn: string, fields: Fields, given: Fields): Fields =>
  judge(fn, fields, given, false);

/** The slow way, name by name: for objects of which not every property is an own option with a value. */
export function judge<Options extends object>(
  fn: string,
  options: Options,
  given: Options,
  strict: boolean,
  inside = "",
): Options {
  const values = given as Values;
  for (const name of Object.keys(values)) {
    if (values[name] === undefined || has(options, name)) continue;
    if (!fromObjectPrototype(options, name)) refuseInherited(fn, `${inside}${name}`);
    values[name] = undefined;
  }
  if (!strict) return given;
  for (const name in options) {
    if (has(values, name)) continue;
    if (has(options, name)) refuseUnknown(fn, name, Object.keys(values), inside);
    if (!fromObjectPrototype(options, name)) refuseInherited(fn, `${inside}${name}`);
  }
  return given;
}

/** Whether the first object up the prototype chain that has `name` is an Object.prototype, of any realm. */
function fromObjectPrototype(options: object, name: string): boolean {
  let at: object | null = getPrototypeOf(options);
  while (at !== null && !has(at, name)) at = getPrototypeOf(at);
  return at === null || (getPrototypeOf(at) === null && has(at, "isPrototypeOf"));
}

const refuseInherited = (fn: string, name: string): never =>
  refuseType(fn, name, "as the options' own property", "an inherited one");

/** Other libraries' names of options, in lower case without separators, and ours. */
const MEANT: Record<string, string> = {
  dim: "axis",
  dims: "shape",
  temp: "temperature",
  k: "topK",
  p: "topP",
  iscausal: "causal",
  numheads: "heads",
  nheads: "heads",
  nhead: "heads",
  numkvheads: "kvHeads",
  numkeyvalueheads: "kvHeads",
  nkvheads: "kvHeads",
  dhead: "headDim",
  headsize: "headDim",
  vheaddim: "valueDim",
  batchsize: "batch",
  attnmask: "mask",
  attentionmask: "mask",
  attnbias: "bias",
  attentionbias: "bias",
  smscale: "scale",
  softmaxscale: "scale",
  logitssoftcap: "softcap",
  slidingwindow: "window",
  windowsize: "window",
  alibislopes: "alibi",
  seqlens: "keyLengths",
  kvlengths: "keyLengths",
  logitbias: "bias",
  logitsbias: "bias",
  badwords: "bias",
  repetitionpenalty: "penalties",
  repeatpenalty: "penalties",
  frequencypenalty: "penalties",
  presencepenalty: "penalties",
  history: "penalties",
  mintokenstokeep: "minKeep",
  minkeep: "minKeep",
  templast: "temperatureLast",
  ignoreindex: "ignore",
  draftlogits: "draft",
  generator: "random",
  rng: "random",
  output: "out",
  dst: "out",
  heapsize: "heapBytes",
  memory: "heapBytes",
};

function refuseUnknown(fn: string, name: string, names: readonly string[], inside: string): never {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const wanted = plain(name);
  const guess =
    names.find((known) => known === MEANT[wanted]) ??
    names.find((known) => plain(known) === wanted) ??
    names.find((known) => wanted.length > 2 && oneApart(plain(known), wanted));
  const meant = guess === undefined ? "" : ` (did you mean "${guess}"?)`;
  throw new TypeError(`${fn}: "${inside}${name}" is no option${meant}, expected one of ${names.join(", ")}`);
}

/** Whether one letter more, less or other makes a into b. */
function oneApart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  return short.slice(i + (short.length === long.length ? 1 : 0)) === long.slice(i + 1);
}
