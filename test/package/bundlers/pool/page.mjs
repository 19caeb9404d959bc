import * as door from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";
import { poolReport } from "../poolReport.mjs";
import { show } from "../show.mjs";

poolReport(createPool, door).then(
  (report) => show([report]),
  (error) => show([{ kind: "none", failures: [`${error}`] }]),
);
