/** What a page loads for one function: esbuild's bundle of what is imported, minified, and the binaries that are fetched beside it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const own = (names, door = "index") => `export { ${names} } from "../../dist/${door}.js";`;

/** name; text: the module that is bundled; beside it: files of node_modules */
const SHIPPED = [
  { name: "softmax-wasm, softmax", text: own("softmax") },
  { name: "softmax-wasm, attention", text: own("attention") },
  { name: "softmax-wasm, sample", text: own("sample") },
  { name: "softmax-wasm, everything", text: `export * from "../../dist/index.js";` },
  { name: "softmax-wasm/js, softmax", text: own("softmax", "js") },
  { name: "transformers.js, softmax", text: `export { softmax } from "@huggingface/transformers";` },
  {
    name: "TensorFlow.js wasm",
    text: `import "@tensorflow/tfjs-backend-wasm"; export { ready, setBackend, softmax, tensor } from "@tensorflow/tfjs-core";`,
    beside: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
  },
  {
    name: "onnxruntime-web",
    text: `export { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";`,
    beside: ["onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"],
  },
  {
    name: "LiteRT.js",
    text: `export { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";`,
    beside: ["@litertjs/core/wasm/litert_wasm_internal.js", "@litertjs/core/wasm/litert_wasm_internal.wasm"],
  },
  { name: "jax-js wasm", text: `export { defaultDevice, init, jit, nn, numpy } from "@jax-js/jax";` },
];

async function sizeOf({ name, text, beside = [] }) {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    write: false,
    outdir: FOLDER, // nothing is written; a bundle in parts needs a name
    format: "esm",
    platform: "browser",
    loader: { ".wasm": "file" },
    external: ["node:*", "fs", "path", "url", "os", "perf_hooks", "worker_threads", "crypto", "util", "module"],
    logLevel: "error",
  });
  const files = [
    ...outputFiles.map(({ contents }) => contents),
    ...beside.map((f) => readFileSync(`${FOLDER}node_modules/${f}`)),
  ];
  const total = (of) => files.reduce((sum, file) => sum + of(file).length, 0);
  return { name, raw: total((file) => file), gzip: total((file) => gzipSync(file, { level: 9 })) };
}

/** @returns name, raw and gzip, in bytes, the smallest first; or why it cannot be bundled */
export async function bytes() {
  console.error("bytes");
  const sizes = await Promise.all(
    SHIPPED.map((of) => sizeOf(of).catch((error) => ({ name: of.name, failed: error.message }))),
  );
  return sizes.sort((a, b) => a.gzip - b.gzip);
}
