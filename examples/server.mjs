/**
 * node examples/server.mjs [MODEL] [--port N] [--heap MIB]
 *
 * A server of a language model that keeps what it has read: one runtime, and for each session the keys and values of its tokens in
 * that runtime's memory. A request brings the new tokens alone and gets the next one; none before them is computed again.
 *
 * MODEL is a checkpoint of llama2.c, as for stories.mjs; without it, a small model of random weights answers. The requests are
 * listed in server/http.mjs; client.mjs makes them.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRuntime } from "softmax-wasm";
import { Llama } from "./llama/llama.mjs";
import { randomCheckpoint } from "./llama/randomCheckpoint.mjs";
import { serverOf } from "./server/http.mjs";
import { Sessions } from "./server/sessions.mjs";

function start() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string", default: "8080" }, heap: { type: "string", default: "64" } },
  });
  const [path] = positionals;
  const runtime = createRuntime({ heapBytes: Number(values.heap) * 2 ** 20 });
  const model = new Llama(path === undefined ? randomCheckpoint() : readFileSync(path), runtime);
  const server = serverOf(new Sessions(model));
  server.once("error", stop);
  server.listen(Number(values.port), "127.0.0.1", () => {
    const address = `http://127.0.0.1:${server.address().port}`;
    const what = path ?? "a model of random weights";
    console.log(`${what}: ${model.vocabulary} tokens, ${model.positions} positions, on ${runtime.backend}`);
    console.log(`listening on ${address}; Ctrl+C ends it. In another terminal:\n`);
    console.log(`  node examples/client.mjs ${address}`);
    console.log(`  curl -X POST ${address}/sessions                                   gives the ID of a new session`);
    console.log(`  curl ${address}/sessions/ID/tokens -d '{ "tokens": [1, 2, 3] }'    gives the token that follows`);
  });
}

/** Ends with the message of what a user can mend: a file, a port, an option. Anything else is a fault, with its stack. */
function stop(error) {
  const known = error.syscall !== undefined || error instanceof RangeError || error.code?.startsWith("ERR_PARSE_ARGS_");
  if (!known) throw error;
  console.error(`server.mjs: ${error.message}`);
  process.exit(1);
}

try {
  start();
} catch (error) {
  stop(error);
}
