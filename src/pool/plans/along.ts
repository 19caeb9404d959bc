/** How a call along an axis is cut: by slabs, or a slab that is large by columns. A row is never cut: its sum would get other bits. */
import type { Along } from "../../parts";
import { type Region, type Regions, range, runsOf } from "../task";

export interface AlongPlan {
  readonly kind: "along";
  readonly fn: Along;
  readonly outer: number;
  readonly axis: number;
  readonly inner: number;
  /** The result has no axis. */
  readonly reduces: boolean;
  /** The mask is that of a row, for all rows. */
  readonly sharedMask: boolean;
  readonly mask: boolean;
  readonly support: boolean;
  readonly temperature: number;
  readonly alpha: number | undefined;
  /** Slabs and columns of a piece; some of the columns only where it is one slab. */
  readonly slabs: number;
  readonly columns: number;
}

export const alongPieces = ({ outer, inner, slabs, columns }: AlongPlan): number =>
  Math.max(1, Math.ceil(outer / slabs) * Math.ceil(inner / columns));

/** The regions of a piece, and its shape. */
export function cutAlong(plan: AlongPlan, piece: number): { regions: Regions; shape: readonly number[] } {
  const { outer, axis, inner, slabs, columns } = plan;
  const across = Math.max(1, Math.ceil(inner / columns));
  const o = Math.floor(piece / across) * slabs;
  const i = (piece % across) * columns;
  const count = Math.min(slabs, outer - o);
  const width = Math.min(columns, inner - i);
  const whole: Region =
    width === inner ? range(o * axis * inner, count * axis * inner) : runsOf(o * axis * inner + i, axis, width, inner);
  const rows = range(o * inner + i, count * width);
  const regions: Regions = { x: whole, out: plan.reduces ? rows : whole };
  if (plan.mask) regions.mask = plan.sharedMask ? range(0, axis) : whole;
  if (plan.support) regions.support = rows;
  return { regions, shape: [count, axis, width] };
}
