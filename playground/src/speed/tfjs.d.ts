/** The part of TensorFlow.js that is used here: the packages themselves are there only where the playground is built. */
declare module "@tensorflow/tfjs-core" {
  export interface Tensor {
    dataSync(): Float32Array<ArrayBuffer>;
  }
  export function tensor(values: Float32Array, shape?: number[]): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function mul(x: Tensor, y: number): Tensor;
  export function matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  export function tidy<T>(run: () => T): T;
  export function setBackend(name: string): Promise<boolean>;
  export function env(): { set(flag: string, value: boolean): void };
  export function ready(): Promise<void>;
}
declare module "@tensorflow/tfjs-backend-wasm" {
  export function setWasmPaths(files: Record<string, string>): void;
}
