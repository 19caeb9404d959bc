// Where results go in a page: what a browser takes only on a buffer of its own. Compiled where the DOM's types are, from
// TypeScript 5.9 on (before, all arrays were taken everywhere).
import { attention, createRuntime, entmax, softmax, topK } from "softmax-wasm";

const y = softmax([1, 2, 3]);
const { indices, logProbs } = topK(y, 2);

export const blobs = [
  new Blob([softmax([1, 2])]),
  new Blob([entmax(y, { alpha: 1.5 })]),
  new Blob([indices, logProbs]),
];
export const response = new Response(attention(y, y, y, { headDim: 3 }));
export const send = (worker: Worker): void => worker.postMessage(y, [y.buffer]);
export const copy: ArrayBuffer = y.buffer;
createRuntime().alloc(4).buffer satisfies ArrayBuffer;
createRuntime().alloc(4, "float16").buffer satisfies ArrayBuffer;

/** WebGPU's, as its types write it: they are not in TypeScript 5.9's DOM. */
interface GPUQueue {
  writeBuffer(buffer: object, bufferOffset: number, data: ArrayBufferView<ArrayBuffer>): undefined;
}
export const upload = (queue: GPUQueue, buffer: object): undefined => queue.writeBuffer(buffer, 0, y);
