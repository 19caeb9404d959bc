# The packed package as modules of a worker, by the names that it is imported by.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker.mjs", esModule = embed "workerd.mjs"),
    (name = "everything.mjs", esModule = embed "everything.mjs"),
    (name = "softmax-wasm", esModule = embed "node_modules/softmax-wasm/dist/index.js"),
    (name = "softmax-wasm/js", esModule = embed "node_modules/softmax-wasm/dist/js.js"),
    (name = "softmax-wasm/modules", esModule = embed "node_modules/softmax-wasm/dist/modules.js"),
    (name = "softmax-wasm/rows.wasm", wasm = embed "node_modules/softmax-wasm/dist/rows.wasm"),
    (name = "softmax-wasm/rows-relaxed.wasm", wasm = embed "node_modules/softmax-wasm/dist/rows-relaxed.wasm"),
    (name = "softmax-wasm/sparse.wasm", wasm = embed "node_modules/softmax-wasm/dist/sparse.wasm"),
    (name = "softmax-wasm/sparse-relaxed.wasm", wasm = embed "node_modules/softmax-wasm/dist/sparse-relaxed.wasm"),
    (name = "softmax-wasm/attention.wasm", wasm = embed "node_modules/softmax-wasm/dist/attention.wasm"),
    (name = "softmax-wasm/attention-relaxed.wasm", wasm = embed "node_modules/softmax-wasm/dist/attention-relaxed.wasm"),
    (name = "softmax-wasm/vocabulary.wasm", wasm = embed "node_modules/softmax-wasm/dist/vocabulary.wasm"),
    (name = "softmax-wasm/vocabulary-relaxed.wasm", wasm = embed "node_modules/softmax-wasm/dist/vocabulary-relaxed.wasm"),
  ],
);
