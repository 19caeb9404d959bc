// For bundles that do not know where they are: the page says where its workers' script is.
import * as door from "softmax-wasm";
import { createPool } from "softmax-wasm/pool";
import { poolReport } from "../poolReport.mjs";
import { show } from "../show.mjs";

const worker = () => new Worker("worker.js");
poolReport(createPool, door, { worker }).then(
  (report) => show([report]),
  (error) => show([{ kind: "none", failures: [`${error}`] }]),
);
