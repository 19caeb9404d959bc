// What a Cloudflare worker does: runtimes on the imported binaries, made once, and the plain import beside them.
import * as door from "softmax-wasm";
import attention from "softmax-wasm/attention.wasm";
import attentionRelaxed from "softmax-wasm/attention-relaxed.wasm";
import * as js from "softmax-wasm/js";
import * as modules from "softmax-wasm/modules";
import rows from "softmax-wasm/rows.wasm";
import rowsRelaxed from "softmax-wasm/rows-relaxed.wasm";
import sparse from "softmax-wasm/sparse.wasm";
import sparseRelaxed from "softmax-wasm/sparse-relaxed.wasm";
import vocabulary from "softmax-wasm/vocabulary.wasm";
import vocabularyRelaxed from "softmax-wasm/vocabulary-relaxed.wasm";
import { everything } from "./everything.mjs";

const plain = [rows, sparse, attention, vocabulary];
const relaxed = [rowsRelaxed, sparseRelaxed, attentionRelaxed, vocabularyRelaxed];
const runtime = modules.createRuntime({ module: rowsRelaxed });

export default {
  fetch() {
    const y = runtime.softmax([0, 0]);
    const reports = [
      everything(door),
      everything(js),
      everything(door, { module: plain }),
      everything(door, { module: relaxed }),
    ];
    if (y.join() !== "0.5,0.5") reports[3].failures.push(`a runtime made outside of fetch gave ${y}`);
    return Response.json(reports);
  },
};
