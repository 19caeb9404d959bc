/** Functions that share a binary; each has a plain one and a relaxed one. */
export const FAMILIES = ["rows", "sparse", "attention", "vocabulary"];

/** Their files, in build/ and in dist/. */
export const BINARIES = FAMILIES.flatMap((family) => [`${family}.wasm`, `${family}-relaxed.wasm`]);
