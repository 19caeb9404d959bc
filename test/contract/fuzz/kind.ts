import type fc from "fast-check";
import type { Backend } from "../../../src/index";

/** What is fuzzed beside one call of each function: a name, and what must hold of whatever is drawn. */
export interface Kind {
  readonly name: string;
  /** How often it is drawn with `npm test`. */
  readonly runs: number;
  /** Shares of the time that there is, where that is given; 1 is that of one function. */
  readonly shares: number;
  readonly property: (backend: Backend) => fc.IRawProperty<unknown>;
}
