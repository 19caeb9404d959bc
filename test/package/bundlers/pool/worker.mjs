import "softmax-wasm/pool-worker";
