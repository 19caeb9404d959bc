// node pool.mjs        a report on standard output
import * as door from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";
import { poolReport } from "./poolReport.mjs";

console.log(JSON.stringify(await poolReport(createPool, door)));
