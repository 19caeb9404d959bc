import { everything } from "./everything.mjs";
import * as door from "./node_modules/softmax-wasm/dist/index.js";

self.onmessage = ({ data: { module } }) => {
  postMessage(module === undefined ? [everything(door)] : [everything(door), everything(door, { module })]);
};
