/** Which backend computes this page, and why that one. */
import { backend, createRuntime, useRuntime } from "softmax-wasm";
import { h } from "./dom";

const MEANINGS = {
  "wasm-relaxed": "WebAssembly with relaxed SIMD: four floats at a time, and fused multiply-add",
  wasm: "WebAssembly with SIMD: four floats at a time",
  js: "the same functions in JavaScript",
};
type Name = keyof typeof MEANINGS;

/** Why this one, in a few words. */
const WHY: Record<Name, string> = {
  "wasm-relaxed": "relaxed SIMD is here",
  wasm: "no relaxed SIMD here",
  js: "no WebAssembly here",
};

export function showBackend(): void {
  const runtime = createRuntime();
  useRuntime(runtime);
  runtime.softmax([0]); // a family is tested at its first call
  const [summary, list] = document.getElementById("backend")?.children ?? [];
  const runs = backend() as Name;
  summary.append(
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "lead" }, "runs on "),
    h("b", {}, runs),
    `: ${WHY[runs]}`,
  );
  const why = (name: Name): string => {
    const rejected = runtime.rejected.find((one) => one.backend === name);
    if (rejected !== undefined) return `not here: ${rejected.reason}`;
    return name === runs ? "runs: the first of the three that this browser has" : "not needed";
  };
  list.append(
    h("p", {}, "The best backend that the browser has is taken at the first call:"),
    h(
      "ol",
      {},
      ...(Object.keys(MEANINGS) as Name[]).map((name) =>
        h(
          "li",
          { class: name === runs ? "runs" : "" },
          h("b", {}, name),
          h("span", {}, MEANINGS[name]),
          h("em", {}, why(name)),
        ),
      ),
    ),
  );
}
