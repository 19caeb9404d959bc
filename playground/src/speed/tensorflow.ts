/** TensorFlow.js on its WebAssembly backend: a worker of its own file, which is loaded only when somebody asks for it. */
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threadedWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import { matMul, mul, ready, setBackend, softmax, tensor, tidy } from "@tensorflow/tfjs-core";
import { contender } from "./rounds";
import { HEAD_DIM, HEADS, type Work } from "./work";

contender(async (_, { kind, size, arrays }: Work) => {
  const absolute = (address: string): string => new URL(address, location.href).href;
  setWasmPaths({
    "tfjs-backend-wasm.wasm": absolute(plainWasm),
    "tfjs-backend-wasm-simd.wasm": absolute(simdWasm),
    "tfjs-backend-wasm-threaded-simd.wasm": absolute(threadedWasm),
  });
  await setBackend("wasm");
  await ready();
  const [q, k, v] = arrays;
  if (kind === "sample") throw new Error("TensorFlow.js has no function that draws by top-k and top-p");
  if (kind === "softmax") return () => tidy(() => softmax(tensor(q)).dataSync());
  const shape = [HEADS, size, HEAD_DIM];
  return () =>
    tidy(() => {
      const [a, b, c] = [q, k, v].map((floats) => tensor(floats, shape));
      return matMul(softmax(mul(matMul(a, b, false, true), 1 / Math.sqrt(HEAD_DIM))), c).dataSync();
    });
});
