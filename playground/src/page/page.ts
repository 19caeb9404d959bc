/** The page around the views: which one is shown, its address, and the backend. */
import { attentionView } from "../attention/view";
import { distributionView } from "../distribution/view";
import { speedView } from "../speed/view";
import { storyView } from "../story/view";
import { loadStory } from "../token/storyData";
import { tokenView } from "../token/view";
import { showBackend } from "./backend";
import { h } from "./dom";
import { State } from "./state";
import type { AnyView } from "./view";

const VIEWS: readonly AnyView[] = [distributionView, attentionView, tokenView, speedView, storyView];

/** Browsers refuse to change an address many times a second. */
const ADDRESS_AFTER_MS = 200;

export function showPage(): void {
  const place = document.getElementById("view") as HTMLElement;
  const links = [...document.querySelectorAll<HTMLAnchorElement>("#views a")]; // in the order of VIEWS
  showBackend();

  let leave: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    const [id, query = ""] = splitAt(location.hash.slice(1), "?");
    clearTimeout(timer);
    leave?.();
    const found = VIEWS.findIndex((view) => view.id === id);
    const at = Math.max(0, found);
    const [view, link] = [VIEWS[at], links[at]];
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "page");
    document.title = `${link.textContent} · softmax-wasm playground`;

    const state = new State(view.fields, query, (changed) => {
      link.href = addressOf(view, changed);
      clearTimeout(timer);
      timer = setTimeout(() => history.replaceState(null, "", link.href), ADDRESS_AFTER_MS);
    });
    link.href = addressOf(view, state.query);
    const article = h("article", { class: `view ${view.id}` });
    leave = view.show(article, state);
    place.replaceChildren(article);
  }

  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault(); // the address stays that of the view
    place.focus();
  });
  addEventListener("hashchange", show);
  show();
  loadStory(); // after the first view, so that it is there without a network
}

const addressOf = (view: AnyView, query: string): string => `#${view.id}${query === "" ? "" : `?${query}`}`;

function splitAt(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
