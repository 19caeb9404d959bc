/** Workers run the page's own script (inlined.mjs): they start without the network. */

let address: string | undefined;

export function startWorker(name: "speed" | "judge" | "story"): Worker {
  address ??= URL.createObjectURL(new Blob([element("script").textContent ?? ""], { type: "text/javascript" }));
  return new Worker(address, { type: "module", name });
}

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
