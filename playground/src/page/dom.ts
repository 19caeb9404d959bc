/** Elements in one expression. */
type Attribute = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined;

/** Attributes: a function listens to the event of its name ("input"), true is an empty attribute, false and undefined are none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== false && child !== undefined));
  return element;
}

let ids = 0;
/** An id that no other element has. */
export const newId = (): string => `e${ids++}`;

/** A horizontal bar that fills `share` of its place. Its number stands beside it, so that it is mute. */
export const bar = (share: number, kind = ""): HTMLElement =>
  h("span", {
    class: `bar ${kind}`,
    "aria-hidden": "true",
    style: `--share:${Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0}`,
  });

/** Replaces the text only where it differs: what is announced is announced once. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
