// node pool.cjs        the same by require()
const door = require("softmax-wasm");
const { createPool } = require("softmax-wasm/pool");

import("./poolReport.mjs").then(async ({ poolReport }) => {
  console.log(JSON.stringify(await poolReport(createPool, door)));
});
