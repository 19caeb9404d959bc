/** Temperature: the same scores, sharpened and flattened. */
import { logSoftmax, softmax } from "softmax-wasm";
import { entropy } from "./entropy.mjs";
import { heading, remark, shares, table } from "./terminal.mjs";

export function temperatures() {
  heading("Temperature");
  temperatureTable([1, 2, 3], [0.1, 0.5, 1, 2, 5, 10]);
  console.log();
  temperatureTable([1, 2, 3, 4, 5], [0.01, 0.1, 1, 10, 100]);
  remark("Cold sharpens towards hardmax, hot flattens towards equal shares; no score overtakes another.");
}

function temperatureTable(x, temperatures) {
  const rows = temperatures.map((temperature) => {
    const y = softmax(x, { temperature });
    return [temperature, ...shares(y), entropy(y, logSoftmax(x, { temperature })).toFixed(4)];
  });
  table(["T", ...x.map((v) => `x = ${v}`), "entropy, nats"], rows);
}
