/**
 * Arguments are checked here and in options.ts, before anything is written. A message names the argument, the expected value and
 * the given one; it is put together on failure alone.
 */
export { checkApart, checkOverlap, type Used } from "./check/apart";
export {
  checkArray,
  checkAttached,
  checkDtype,
  checkElement,
  checkFloats,
  checkHalves,
  checkLength,
  checkList,
  checkLive,
  checkView,
  type Float16Like,
  type FloatInput,
  type FloatView,
  listLength,
  newFloats,
  newHalves,
  newWords,
} from "./check/array";
export { checkAxis, checkMask, checkOut, checkSupport } from "./check/axis";
export {
  checkAlpha,
  checkBoolean,
  checkCount,
  checkFraction,
  checkFunction,
  checkNumber,
  checkRandom,
  checkSeed,
  checkSize,
  checkTemperature,
} from "./check/number";
export {
  isFloat32Array,
  isList,
  isRevoked,
  isUint8Array,
  kind,
  reasonOf,
  refuseType,
  refuseValue,
} from "./check/refuse";
export { checkBackend, checkHeapBytes, DEFAULT_HEAP_BYTES } from "./check/runtime";
export {
  checkToken,
  checkTokenIds,
  checkTokenList,
  checkTokenRange,
  readTokenIds,
  type TokenList,
} from "./check/tokenList";
export {
  checkChoice,
  checkLogits,
  checkPerRow,
  checkPositions,
  checkSame,
  checkTokenMask,
  type Logits,
  type TokenMask,
} from "./check/tokens";
