import type { VocabularyKernels } from "../../kernels/vocabulary";
import type { Memory } from "../state";

/** assembly/vocabulary/mask.ts in JavaScript: bytes to bits. */
export function bitsKernel({ u8, u32 }: Memory): VocabularyKernels["vocabularyBits"] {
  return (bits, bytes, n) => {
    for (let i = 0; i < n; i += 32) {
      let word = 0;
      for (let j = 0; j < 32; j++) if (u8[bytes + i + j] !== 0) word |= 1 << j;
      u32[(bits + (i >>> 3)) >>> 2] = word;
    }
  };
}
