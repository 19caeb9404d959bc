// node --import ./deleted.mjs expected.mjs        what JavaScript in Node answers, as a script
import * as js from "softmax-wasm/js";
import * as transformers from "softmax-wasm/transformers";
import { answers } from "./answers.mjs";

const expected = JSON.stringify(JSON.stringify(answers(js, transformers)));
process.stdout.write(`globalThis.expected = JSON.parse(${expected});`);
