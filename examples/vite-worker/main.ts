/** The page: asks the worker whenever the logits or the temperature change, and draws what comes back. */
import type { Answer, Request } from "./messages";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const logits = element<HTMLInputElement>("logits");
const temperature = element<HTMLInputElement>("temperature");
const rows = element("rows");
const complaint = element("complaint");

const numbers = (text: string): Float32Array =>
  Float32Array.from(
    text.split(/[\s,;]+/).filter((word) => word !== ""),
    Number,
  );

let asked: Request = { id: 0, logits: new Float32Array(0), temperature: 1 };

function ask(): void {
  element("shown").textContent = Number(temperature.value).toFixed(1);
  const x = numbers(logits.value);
  if (x.length === 0 || !x.every(Number.isFinite)) {
    complaint.textContent = "Logits are numbers with commas or spaces between them.";
    return;
  }
  asked = { id: asked.id + 1, logits: x, temperature: Number(temperature.value) };
  worker.postMessage(asked);
}

/** Four decimals, except where they would show a small share as 0. */
function digits(share: number): string {
  if (share === 0) return "0";
  return share < 0.00005 ? share.toExponential(1) : share.toFixed(4);
}

function cell(share: number): HTMLTableCellElement {
  const td = document.createElement("td");
  const bar = document.createElement("span");
  bar.className = "bar";
  bar.style.setProperty("--share", String(share));
  td.append(bar, digits(share));
  return td;
}

worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
  if (data.id !== asked.id) return;
  complaint.textContent = "complaint" in data ? data.complaint : "";
  if ("complaint" in data) return;
  rows.replaceChildren(
    ...Array.from(asked.logits, (logit, i) => {
      const tr = document.createElement("tr");
      const td = document.createElement("td");
      td.textContent = String(Number(logit.toPrecision(6)));
      tr.append(td, ...[data.softmax, data.entmax, data.sparsemax].map((y) => cell(y[i])));
      return tr;
    }),
  );
  element("backend").textContent = `Computed by the backend "${data.backend}".`;
});
worker.addEventListener("error", ({ message }) => {
  complaint.textContent = `The worker failed: ${message}`;
});

logits.form?.addEventListener("submit", (event) => event.preventDefault());
logits.addEventListener("input", ask);
temperature.addEventListener("input", ask);
ask();
