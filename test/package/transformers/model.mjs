// transformers.js from npm, and models for its generate() that are made here: nothing is downloaded.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fetched } from "../../../scripts/fetched.mjs";
import { random } from "../../judge/random.mjs";
import { project } from "../examples/run.mjs";

const { gatherModel } = await import(pathToFileURL(join(project, "examples/onnx/gatherModel.mjs")).href);

export const library = createRequire(
  join(fetched("transformers", { "@huggingface/transformers": "4.3.2" }), "package.json"),
)("@huggingface/transformers");

export const VOCABULARY = 64;
export const EOS = 3;

const next = random(12);

/** A row of logits for each token; both signs, no two alike. The likeliest tokens lead in a circle soon: penalties and bans are seen. */
export const TABLE = Float32Array.from({ length: VOCABULARY ** 2 }, () => 6 * next() - 3);

/** The logits after a text. */
export const logitsAfter = (text) => {
  const from = VOCABULARY * Number(text.at(-1));
  return TABLE.slice(from, from + VOCABULARY);
};

/**
 * @param generationConfig  what the model's own generation_config.json holds
 * @returns                 a model as its users load one
 */
export async function modelWith(generationConfig = {}) {
  const folder = mkdtempSync(join(tmpdir(), "softmax-wasm-model-"));
  const write = (name, content) => writeFileSync(join(folder, "model", name), content);
  try {
    mkdirSync(join(folder, "model", "onnx"), { recursive: true });
    write("onnx/model.onnx", gatherModel(TABLE, VOCABULARY));
    const sizes = { n_layer: 0, n_head: 1, n_embd: 1 };
    write("config.json", JSON.stringify({ model_type: "gpt2", architectures: ["GPT2LMHeadModel"], ...sizes }));
    write("generation_config.json", JSON.stringify({ eos_token_id: EOS, ...generationConfig }));
    Object.assign(library.env, { allowRemoteModels: false, localModelPath: `${folder}/` });
    return await library.AutoModelForCausalLM.from_pretrained("model", { dtype: "fp32" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
