import * as door from "softmax-wasm";
import * as js from "softmax-wasm/js";
import { everything } from "./everything.mjs";
import { show } from "./show.mjs";

show([everything(door), everything(js)]);
