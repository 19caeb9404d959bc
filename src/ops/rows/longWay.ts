/** The long way of a call: every argument is checked, and the row, or the rows, go through the heap as axis.ts says. */
import { checkTemperature, type FloatInput, type FloatView } from "../../check";
import type { Core } from "../../heap";
import type { AxisKernel } from "../../kernels";
import type { RowsKernels } from "../../kernels/rows";
import { type AxisOptions, checkCall, type Flow, runAlongAxis } from "../axis";
import { HARDMAX_FLOW } from "./hardmax";

type LongWay = (x: FloatInput, given: AxisOptions<FloatView>) => FloatView;

/**
 * Of a function whose result is as long as x, and hardmax or its logarithm at temperature 0.
 *
 * @param fn   its name, for its errors
 * @param off  its result at temperature 0 where the maximum is not
 */
export function longWayOn(core: Core<RowsKernels>, fn: string, kernel: AxisKernel, flow: Flow, off: number): LongWay {
  const { heap } = core;
  const { hardmax } = core.kernels;
  return (x, given) => {
    const temperature = checkTemperature(fn, given.temperature);
    const call = checkCall(fn, x, given, given.mask, false);
    if (temperature === 0) runAlongAxis(heap, hardmax, HARDMAX_FLOW, call, off);
    else runAlongAxis(heap, kernel, flow, call, temperature);
    return call.result;
  };
}
