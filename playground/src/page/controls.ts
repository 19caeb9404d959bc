/** Form controls that show a field of the state and change it. */
import { h, newId, say } from "./dom";
import type { ChoiceField, Field, Fields, NumberField, State, Values } from "./state";

type NamesOf<F extends Fields, T> = { [Name in keyof F]: F[Name] extends T ? Name : never }[keyof F] & string;
const part = <F extends Fields>(name: string, value: unknown): Partial<Values<F>> =>
  ({ [name]: value }) as Partial<Values<F>>;

export function slider<F extends Fields>(
  state: State<F>,
  name: NamesOf<F, NumberField>,
  label: string,
  shown: (value: number) => string = String,
): HTMLElement {
  const { min, max, step } = state.fields[name] as unknown as NumberField;
  const id = newId();
  const output = h("output", { for: id });
  const input = h("input", {
    type: "range",
    id,
    name,
    min,
    max,
    step,
    input: () => state.set(part(name, Number(input.value))),
  });
  state.drawn(() => {
    const value = state.values[name] as number;
    if (Number(input.value) !== value) input.value = String(value);
    say(output, shown(value));
    input.setAttribute("aria-valuetext", shown(value));
  });
  return h("div", { class: "control" }, h("label", { for: id }, label), output, input);
}

export function toggle<F extends Fields>(
  state: State<F>,
  name: NamesOf<F, Field<boolean>>,
  label: string,
): HTMLElement {
  const input = h("input", {
    type: "checkbox",
    role: "switch",
    name,
    change: () => state.set(part(name, input.checked)),
  });
  state.drawn(() => {
    input.checked = state.values[name] as boolean;
  });
  return h("label", { class: "toggle" }, input, h("span", {}, label));
}

/** A text, or a whole number: what does not read as a value of the field is complained about, and changes nothing. */
export function typed<F extends Fields>(
  state: State<F>,
  name: keyof F & string,
  label: string,
  complaint = "",
): HTMLElement {
  const field = state.fields[name];
  const id = newId();
  const alert = h("p", { class: "complaint", id: `${id}-complaint`, role: "alert" });
  const input = h("input", {
    id,
    name,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": complaint === "" ? undefined : alert.id,
    input: () => {
      const value = field.read(input.value);
      say(alert, value === undefined ? complaint : "");
      input.setAttribute("aria-invalid", String(value === undefined));
      if (value !== undefined) state.set(part(name, value));
    },
  });
  state.drawn(() => {
    const text = field.write(state.values[name]);
    const read = field.read(input.value);
    // what somebody is typing stays as it is while it means the same
    if (read === undefined || field.write(read) !== text) {
      if (document.activeElement !== input) input.value = text.replaceAll(",", ", ");
    }
  });
  return h("div", { class: "control" }, h("label", { for: id }, label), input, complaint !== "" && alert);
}

export function choose<F extends Fields>(
  state: State<F>,
  // biome-ignore lint/suspicious/noExplicitAny: of whichever choices
  name: NamesOf<F, ChoiceField<any>>,
  label: string,
  names: Record<string, string>,
): HTMLElement {
  const { options } = state.fields[name] as unknown as ChoiceField<string>;
  const id = newId();
  const select = h(
    "select",
    { id, name, change: () => state.set(part(name, select.value)) },
    ...options.map((option) => h("option", { value: option }, names[option] ?? option)),
  );
  state.drawn(() => {
    select.value = state.values[name] as string;
  });
  return h("div", { class: "control" }, h("label", { for: id }, label), select);
}
