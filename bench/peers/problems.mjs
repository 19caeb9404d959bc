/** What makes a run fail: a result that is off, or a contender that fails for another reason than one that is known. */
import { CONTENDERS } from "./contenders.mjs";
import { PEER_BOUND } from "./judged.mjs";

const nameOf = (id) => CONTENDERS.find((contender) => contender.id === id)?.name ?? id;
const isOwn = (id) => CONTENDERS.find((contender) => contender.id === id).own ?? false;

/** This package is held to its own bounds; others must compute the same thing. */
function offBy({ contender, error, ofBound }, bound) {
  if (error === undefined) return undefined; // it judged itself
  if (isOwn(contender)) return ofBound <= 1 ? undefined : `an error of ${ofBound} times its bound`;
  return error <= bound ? undefined : `an error of ${error}`;
}

/** @returns lines, none if all is well */
export function problemsOf({ results, accuracy, first, memory, bytes }) {
  const failures = [...results, ...accuracy, ...first, ...memory, ...bytes]
    .filter(({ failed }) => failed !== undefined)
    .map(({ contender, name, work = "", failed }) => `${name ?? nameOf(contender)}, ${work}: ${failed}`);
  // over all lengths and ranges the errors of others are what is to be found out
  const errors = [...results.map((of) => [of, PEER_BOUND]), ...accuracy.map((of) => [of, Infinity])]
    .map(([of, bound]) => [of, "failed" in of || "unsupported" in of ? undefined : offBy(of, bound)])
    .filter(([, off]) => off !== undefined)
    .map(([{ contender, work, op, at }, off]) => `${nameOf(contender)}, ${work ?? `${op} of ${at}`}: ${off}`);
  const own = results.filter(({ contender, ns }) => isOwn(contender) && ns !== undefined);
  const missing = results.length > 0 && own.length === 0 ? ["softmax-wasm itself was not measured"] : [];
  return [...failures, ...errors, ...missing];
}
