/** A function whose result has no axis: a number without options, one float for each row with them. */
import { checkTemperature, type FloatInput, type FloatView } from "../../check";
import type { Heap } from "../../heap";
import type { AxisKernel } from "../../kernels";
import { type AxisOptions, checkCall, type Flow, NO_OPTIONS, readAxis, runAlongAxis } from "../axis";

const FLOW: Flow = { reduces: true, writesTerms: false, sums: true };

/** @param fn  its name, for its errors */
export function reduceOn(
  heap: Heap,
  kernel: AxisKernel,
  fn: string,
): (x: FloatInput, options?: AxisOptions) => number | FloatView {
  const single = new Float32Array(1);
  const scalar: AxisOptions = { ...NO_OPTIONS, out: single };

  return (x, options = scalar) => {
    const given = options === scalar ? scalar : readAxis(fn, options);
    const temperature = checkTemperature(fn, given.temperature);
    const call = checkCall(fn, x, given, given.mask, true);
    runAlongAxis(heap, kernel, FLOW, call, temperature);
    return options === scalar ? single[0] : call.result;
  };
}
