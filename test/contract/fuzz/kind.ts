import type fc from "fast-check";
import type { Backend } from "../../../src/index";

/** A kind of fuzzing beside plain calls of each function: its name, what it draws, and the property that must hold. */
export interface Kind {
  readonly name: string;
  /** How often it is drawn with `npm test`. */
  readonly runs: number;
  /** Shares of the time that there is, where that is given; 1 is that of one function. */
  readonly shares: number;
  readonly property: (backend: Backend) => fc.IRawProperty<unknown>;
}
