import { describe } from "vitest";
import { createRuntime } from "../src/index";
import { BACKENDS, runtimeOf } from "./backends";
import { sparseSuite } from "./sparseSuite";

describe.each(BACKENDS)("sparsemax on %s", (backend) => {
  sparseSuite(runtimeOf(backend).sparsemax, createRuntime({ backend, heapBytes: 65536 }).sparsemax, 2);
});
