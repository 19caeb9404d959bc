// A worker that says that it is ready, takes a unit of the first run that has one left, and is never heard of again.
const answer = (message, post) => {
  if (message.type === "start") {
    globalThis.given = message;
    post({ type: "ready" });
  } else if (message.type === "work") {
    const { control, members, member } = globalThis.given;
    const words = new Int32Array(control);
    const run = message.run * (2 + 2 * members);
    const taken = Atomics.add(words, run, 1);
    if (taken >= message.end) {
      Atomics.store(words, run + 2 + member, 0);
      return;
    }
    Atomics.store(words, run + 2 + member, taken + 1);
    for (;;) Atomics.wait(words, run + 2 + member, taken + 1);
  }
};
const begin = (threads) => {
  const { parentPort } = threads ?? {};
  if (parentPort) parentPort.on("message", (message) => answer(message, (said) => parentPort.postMessage(said)));
  else globalThis.onmessage = ({ data }) => answer(data, (message) => postMessage(message));
};
// as src/pool-worker.ts does
const { process } = globalThis;
if (process?.versions?.node === undefined) begin();
else if (process.getBuiltinModule) begin(process.getBuiltinModule("node:worker_threads"));
else import(/* @vite-ignore */ ["node", "worker_threads"].join(":")).then(begin);
