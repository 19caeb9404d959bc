import type { Fields, State } from "./state";

/** A view builds itself in its place, from what it remembers, and gives what is to be done when it is left. */
export interface View<F extends Fields = Fields> {
  readonly id: string;
  readonly fields: F;
  show(place: HTMLElement, state: State<F>): undefined | (() => void);
}

/** A view beside others of different fields. */
// biome-ignore lint/suspicious/noExplicitAny: a view is only ever given a state of its own fields
export type AnyView = View<any>;
