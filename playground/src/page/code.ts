/** The three lines that compute what a view shows, and the address that restores it, ready to be copied. */
import { h, say } from "./dom";
import type { Fields, State } from "./state";

const SHOWN_MS = 1500;

/** A button that copies, and says so for a moment. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const shown = h("span", { "aria-live": "polite" }, label);
  const button = h("button", { type: "button", class: "copy", click: copy }, shown);
  async function copy(): Promise<void> {
    say(shown, (await copied(text())) ? "Copied" : "Not allowed here");
    setTimeout(() => say(shown, label), SHOWN_MS);
  }
  return button;
}

/** Where there is no clipboard, as in a page without https, the older way. */
async function copied(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = h("textarea", { class: "unseen" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

export function code<F extends Fields>(state: State<F>, title: string, lines: () => readonly string[]): HTMLElement {
  const shown = h("code");
  const pre = h("pre", { tabindex: "0", role: "region", "aria-label": `Code: ${title}` }, shown);
  state.drawn(() => say(shown, lines().join("\n")));
  return h(
    "section",
    { class: "code" },
    h(
      "div",
      { class: "code-head" },
      h("h3", {}, title),
      copyButton("Copy code", () => shown.textContent ?? ""),
      copyButton("Copy link", () => {
        const { href } = location;
        const at = href.indexOf("#");
        const view = document.querySelector<HTMLAnchorElement>("nav a[aria-current]");
        return (at < 0 ? href : href.slice(0, at)) + (view?.hash ?? "");
      }),
    ),
    pre,
  );
}

/** What a call's options look like in code; what is undefined is left out. "" where nothing is left. */
export function options(values: Record<string, unknown>): string {
  const parts = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (name === String(value) ? name : `${name}: ${value}`));
  return parts.length === 0 ? "" : `, { ${parts.join(", ")} }`;
}
