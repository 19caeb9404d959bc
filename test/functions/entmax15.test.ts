import { describe } from "vitest";
import { createRuntime } from "../../src/index";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { sparseSuite } from "../judge/sparseSuite";

describe.each(BACKENDS)("entmax15 on %s", (backend) => {
  sparseSuite(runtimeOf(backend).entmax15, createRuntime({ backend, heapBytes: 65536 }).entmax15, 1.5);
});
