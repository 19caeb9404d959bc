/** Functions that share their kernels: a folder of ops, of js and of assembly, a binary, a self-test. */
import type { Core } from "./heap";
import type { FamilyName, KernelsOf } from "./kernels";

export interface Family<Name extends FamilyName, Functions> {
  readonly name: Name;
  readonly functions: (core: Core<KernelsOf[Name]>) => Functions;
  /** Compares known values before the first call. @throws {Error} naming the first function that is off */
  readonly selfTest: (functions: Functions, core: Core<KernelsOf[Name]>) => void;
}
