import { fileURLToPath } from "node:url";
import { inlined } from "./inlined.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const fetched = (name) => path(`../.cache/playground/node_modules/${name}`);

/** The page imports the package by its name, as a stranger does: here that is what `npm run build` made. */
export default {
  root: path("."),
  base: "./", // every address is relative: the folder works from any path
  resolve: {
    alias: [
      { find: /^softmax-wasm$/, replacement: path("../dist/index.js") },
      { find: /^softmax-wasm\/pool$/, replacement: path("../dist/pool.js") },
      { find: /^@tensorflow\/(.+)$/, replacement: `${fetched("@tensorflow")}/$1` },
    ],
  },
  build: {
    target: "es2022",
    outDir: path("dist"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the logits stay a file of their own
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    // the page's script lies beside the page, so that its relative addresses are right inside it too
    rolldownOptions: { output: { entryFileNames: "[name].js" } },
  },
  // a page that is isolated may share memory with its workers; one without these headers does all the same
  preview: { headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } },
  worker: { format: "es" },
  plugins: [inlined()],
};
