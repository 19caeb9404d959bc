// What a Cloudflare worker does: runtimes on the imported binaries, made once, and the plain import beside them.
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import kernels from "softmax-wasm/kernels.wasm";
import relaxed from "softmax-wasm/kernels-relaxed.wasm";
import { everything } from "./everything.mjs";

const runtime = door.createRuntime({ module: relaxed });

export default {
  fetch() {
    const y = runtime.softmax([0, 0]);
    const reports = [
      everything(door),
      everything(js),
      everything(door, { module: kernels }),
      everything(door, { module: relaxed }),
    ];
    if (y.join() !== "0.5,0.5") reports[3].failures.push(`a runtime made outside of fetch gave ${y}`);
    return Response.json(reports);
  },
};
