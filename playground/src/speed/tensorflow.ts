/** TensorFlow.js on its WebAssembly backend: a worker of its own file, which is loaded only when somebody asks for it. */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import { env, matMul, mul, ready, setBackend, softmax, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { contender } from "./rounds";
import { HEAD_DIM, HEADS, type Work } from "./work";

contender(async (_, { kind, size, arrays }: Work) => {
  const absolute = (address: string): string => new URL(address, location.href).href;
  setWasmPaths({
    "tfjs-backend-wasm.wasm": absolute(plainWasm),
    "tfjs-backend-wasm-simd.wasm": absolute(simdWasm),
    "tfjs-backend-wasm-threaded-simd.wasm": absolute(simdWasm), // must be named, and is not used
  });
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // one thread, as everybody here but the pool
  await setBackend("wasm");
  await ready();
  const [q, k, v] = arrays;
  if (kind === "sample") throw new Error("TensorFlow.js has no function that draws by top-k and top-p");
  if (kind === "softmax") return { call: () => resultOf(() => softmax(tensor(q))) };
  const shape = [HEADS, size, HEAD_DIM];
  const attention = (): Tensor => {
    const [a, b, c] = [q, k, v].map((floats) => tensor(floats, shape));
    return matMul(softmax(mul(matMul(a, b, false, true), 1 / Math.sqrt(HEAD_DIM))), c);
  };
  return { call: () => resultOf(attention) };
});

/** The floats of a result. They are not returned through tidy, which would look at each of them for tensors. */
function resultOf(run: () => Tensor): Float32Array {
  let floats = new Float32Array(0);
  tidy(() => {
    floats = run().dataSync();
  });
  return floats;
}
