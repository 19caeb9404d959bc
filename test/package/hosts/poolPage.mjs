import * as door from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";
import { poolReport } from "./poolReport.mjs";
import { show } from "./show.mjs";

try {
  show([await poolReport(createPool, door)]);
} catch (error) {
  show([{ kind: "none", failures: [`${error}`] }]);
}
