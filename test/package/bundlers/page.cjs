const door = require("softmax-wasm");
const js = require("softmax-wasm/js");
const { everything } = require("./everything.mjs");
const { show } = require("./show.mjs");

show([everything(door), everything(js)]);
