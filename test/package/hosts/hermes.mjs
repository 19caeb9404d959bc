// A React Native app: the package on its own, and beside what Node answered, which stands in globalThis.expected.
import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import * as transformers from "softmax-wasm/transformers";
import { answers, compare } from "./answers.mjs";
import { everything } from "./everything.mjs";

const compared = compare(answers(js, transformers), globalThis.expected);
print(JSON.stringify({ reports: [everything(door), everything(js)], compared }));
