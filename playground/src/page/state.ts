/** What a view remembers, and how that stands in the address: `#attention?text=a%20dog&causal=0`. What is as at first is left out. */

export interface Field<T> {
  readonly initial: T;
  write(value: T): string;
  /** undefined: not a value of this field */
  read(text: string): T | undefined;
}

export interface NumberField extends Field<number> {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export function number(initial: number, min: number, max: number, step: number): NumberField {
  return {
    initial,
    min,
    max,
    step,
    write: String,
    read: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? clamp(Number(text), min, max) : undefined),
  };
}

export const flag = (initial: boolean): Field<boolean> => ({
  initial,
  write: (value) => (value ? "1" : "0"),
  read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
});

export const text = (initial: string, longest: number): Field<string> => ({
  initial,
  write: (value) => value,
  read: (given) => given.slice(0, longest),
});

export interface ChoiceField<T extends string> extends Field<T> {
  readonly options: readonly T[];
}

export const choice = <T extends string>(initial: T, options: readonly T[]): ChoiceField<T> => ({
  initial,
  options,
  write: (value) => value,
  read: (given) => options.find((option) => option === given),
});

/** Numbers with commas or spaces between them: 1 to `most`, none beyond ±`limit`. */
export const numbers = (initial: readonly number[], most: number, limit: number): Field<readonly number[]> => ({
  initial,
  write: (value) => value.join(","),
  read: (given) => {
    const words = given.split(/[\s,;]+/).filter((word) => word !== "");
    const values = words.map(Number);
    const right = values.length >= 1 && values.length <= most && values.every((x) => Math.abs(x) <= limit);
    return right ? values : undefined;
  },
});

export const clamp = (x: number, min: number, max: number): number => Math.min(max, Math.max(min, x));

// biome-ignore lint/suspicious/noExplicitAny: a field of each type
export type Fields = Record<string, Field<any>>;
export type Values<F extends Fields> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

export class State<F extends Fields> {
  values: Values<F>;
  private readonly draws: (() => void)[] = [];

  constructor(
    readonly fields: F,
    query: string,
    private readonly changed: (query: string) => void,
  ) {
    const given = new URLSearchParams(query);
    const entries = Object.entries(fields).map(([name, field]) => {
      const text = given.get(name);
      return [name, (text === null ? undefined : field.read(text)) ?? field.initial];
    });
    this.values = Object.fromEntries(entries) as Values<F>;
  }

  get query(): string {
    const query = new URLSearchParams();
    for (const [name, field] of Object.entries(this.fields)) {
      const text = field.write(this.values[name]);
      if (text !== field.write(field.initial)) query.set(name, text);
    }
    return query.toString();
  }

  set(part: Partial<Values<F>>): void {
    this.values = { ...this.values, ...part };
    this.redraw();
    this.changed(this.query);
  }

  redraw(): void {
    for (const draw of this.draws) draw();
  }

  /** Draws now, and again after every change. */
  drawn(draw: () => void): void {
    this.draws.push(draw);
    draw();
  }
}
