// node node.mjs [DOOR]        a report on standard output
import { everything } from "./everything.mjs";

const door = await import(process.argv[2] ?? "softmax-wasm");
console.log(JSON.stringify([everything(door)]));
