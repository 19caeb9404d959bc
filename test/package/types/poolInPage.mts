// Workers of a page's own.
import { createPool } from "softmax-wasm/pool";

await createPool({ worker: () => new Worker(new URL("./worker.js", "https://example.test/"), { type: "module" }) });
