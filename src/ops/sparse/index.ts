/** The functions with exact zeros: sparsemax, entmax15, entmax. */
import type { Family } from "../../family";
import { type Entmax, entmaxOn } from "./entmax";
import { type Entmax15, entmax15On } from "./entmax15";
import { testSparse } from "./selfTest";
import { type Sparsemax, sparsemaxOn } from "./sparsemax";

export interface Sparse {
  readonly sparsemax: Sparsemax;
  readonly entmax15: Entmax15;
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
