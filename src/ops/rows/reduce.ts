/** A function whose result has no axis: a number without options, one float for each row with them. */
import { ALL } from "../../../assembly/layout";
import { checkTemperature, type FloatInput, type FloatView } from "../../check";
import type { Heap } from "../../heap";
import type { AxisKernel } from "../../kernels";
import { type AxisOptions, checkCall, type Flow, NO_OPTIONS, readAxis, runAlongAxis } from "../axis";
import { ShortWay, shortLength, shortRow } from "./short";

const FLOW: Flow = { reduces: true, writesTerms: false, sums: true };

/** @param fn  its name, for its errors */
export function reduceOn(
  heap: Heap,
  kernel: AxisKernel,
  fn: string,
): (x: FloatInput, options?: AxisOptions) => number | FloatView {
  const row = new ShortWay(heap);
  const single = new Float32Array(1);
  const scalar: AxisOptions = { ...NO_OPTIONS, out: single };

  function longWay(x: FloatInput, given: AxisOptions<FloatView>): number | FloatView {
    const temperature = checkTemperature(fn, given.temperature);
    const call = checkCall(fn, x, given, given.mask, true);
    runAlongAxis(heap, kernel, FLOW, call, temperature);
    return given === scalar ? single[0] : call.result;
  }

  return (x, options = scalar) => {
    const given = options === scalar ? scalar : readAxis(fn, options);
    const n = given === scalar ? shortLength(x) : shortRow(x, given, true);
    if (n === 0) return longWay(x, given);
    const logits = x as Float32Array;
    const xHome = row.locate(logits, n);
    const at = heap.workspace;
    if (xHome === 0) row.write(at, logits, n);
    kernel(at, xHome !== 0 ? xHome : at, 0, 0, 1, n, 1, 1, 1, heap.state, ALL);
    const y = heap.float32(at);
    if (given === scalar) return y;
    const out = given.out === undefined ? new Float32Array(1) : (given.out as Float32Array);
    out[0] = y;
    return out;
  };
}
