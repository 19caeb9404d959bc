import { seeded } from "softmax-wasm";

/** Random numbers of N(0, 1), the same for the same seed, on every host: Box and Muller's transform. */
export function seededNormal(seed) {
  const uniform = seeded(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
