import { describe } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { sparseSuite } from "../judge/sparseSuite";

describe.each(BACKENDS)("sparsemax on %s", (backend) => {
  sparseSuite(runtimeOf(backend).sparsemax, createRuntime({ backend, heapBytes: 65536 }).sparsemax, 2);
});
