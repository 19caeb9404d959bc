import * as door from "softmax-wasm";
import { everything } from "./everything.mjs";

postMessage(everything(door));
