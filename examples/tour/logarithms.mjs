/** Log-softmax where softmax is too small for a float32. */
import { logSoftmax, softmax } from "softmax-wasm";
import { heading, remark, share, sum, table } from "./terminal.mjs";

export function logarithms() {
  heading("Log-softmax is not the log of softmax");
  const x = [2, 1, 0, -50, -150, -1000];
  const y = softmax(x);
  const logY = logSoftmax(x);
  const logS = Math.log(sum(x.map((v) => Math.exp(v))));
  const rows = x.map((v, j) => [v, share(y[j]), Math.log(y[j]).toFixed(4), logY[j].toFixed(4), (v - logS).toFixed(4)]);
  table(["x", "softmax", "log(softmax), plain JS", "logSoftmax", "float64, plain JS"], rows);
  remark("A share too small for a float32 is 0 and its log is -Infinity; logSoftmax never forms the share.");
}
