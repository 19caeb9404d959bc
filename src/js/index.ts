/** The JavaScript twin: the kernels of assembly/ on an ArrayBuffer, in float64, for hosts without WebAssembly SIMD. */
import type { Engine, FamilyName, Source } from "../kernels";
import { attentionKernels } from "./attention";
import { rowsKernels } from "./rows";
import { sparseKernels } from "./sparse";
import { views } from "./state";
import { vocabularyKernels } from "./vocabulary";

type Twin<Name extends FamilyName> = NonNullable<Source<Name>["twin"]>;

export const rowsTwin: Twin<"rows"> = (buffer) => rowsKernels(views(buffer));
export const sparseTwin: Twin<"sparse"> = (buffer) => sparseKernels(views(buffer));
export const attentionTwin: Twin<"attention"> = (buffer) => attentionKernels(views(buffer));
export const vocabularyTwin: Twin<"vocabulary"> = (buffer) => vocabularyKernels(views(buffer));

export function jsEngine(bytes: number, beside?: Engine): Engine {
  const buffer = beside?.buffer ?? new ArrayBuffer(bytes);
  return {
    backend: "js",
    buffer,
    memory: beside?.memory,
    kernels(name, { twin }) {
      if (twin === undefined) throw new Error(`this entry of the package has no JavaScript of "${name}"`);
      return twin(buffer);
    },
  };
}
