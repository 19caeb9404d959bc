import * as js from "softmax-wasm/js";
import { everything } from "./everything.mjs";
import { show } from "./show.mjs";

show([everything(js)]);
