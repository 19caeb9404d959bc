/** A function whose result has no axis: a number without options, one float for each row with them. */
import { checkTemperature, type FloatInput, type FloatView } from "../../check";
import type { Heap } from "../../heap";
import type { AxisKernel } from "../../kernels";
import { type AxisOptions, checkCall, type Flow, NO_OPTIONS, runAlongAxis } from "../axis";

const FLOW: Flow = { reduces: true, writesTerms: false, sums: true };

/** The long way of a call, and the options that stand for none, where the result is a number. */
interface Reduction {
  readonly scalar: AxisOptions<FloatView>;
  readonly longWay: (x: FloatInput, given: AxisOptions<FloatView>) => number | FloatView;
}

/** @param fn  its name, for its errors */
export function reductionOn(heap: Heap, kernel: AxisKernel, fn: string): Reduction {
  const single = new Float32Array(1);
  const scalar: AxisOptions = { ...NO_OPTIONS, out: single };
  return {
    scalar,
    longWay(x, given) {
      const temperature = checkTemperature(fn, given.temperature);
      const call = checkCall(fn, x, given, given.mask, true);
      runAlongAxis(heap, kernel, FLOW, call, temperature);
      return given === scalar ? single[0] : call.result;
    },
  };
}

/** The result of a short row: a number, or where it goes. */
export function single(y: number, out: FloatView | undefined): FloatView {
  const result = out === undefined ? new Float32Array(1) : (out as Float32Array);
  result[0] = y;
  return result;
}
