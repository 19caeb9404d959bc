/** The functions with exact zeros: sparsemax, entmax15, entmax. */
import type { Family } from "../../family";
import { type Entmax, entmaxOn } from "./entmax";
import { type Entmax15, entmax15On } from "./entmax15";
import { testSparse } from "./selfTest";
import { type Sparsemax, sparsemaxOn } from "./sparsemax";

export interface Sparse {
  /** Sparsemax along an axis: {@link Sparsemax}. */
  readonly sparsemax: Sparsemax;
  /** 1.5-entmax along an axis: {@link Entmax15}. */
  readonly entmax15: Entmax15;
  /** Entmax with any alpha >= 1 along an axis: {@link Entmax}. */
  readonly entmax: Entmax;
}

export const SPARSE: Family<"sparse", Sparse> = {
  name: "sparse",
  functions: (core) => ({
    sparsemax: sparsemaxOn(core),
    entmax15: entmax15On(core),
    entmax: entmaxOn(core),
  }),
  selfTest: testSparse,
};
