/** Rows of cells as lines of text: the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const line = (row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

export const times = (value, digits = 2) => `${value.toFixed(digits)}×`;

/** What was not measured is NaN. */
const shown = (value, text) => (Number.isNaN(value) ? "–" : text);
const perFloat = (ns, floats) => shown(ns, (ns / floats).toFixed(2)).padStart(8);
const perCall = (ns) => shown(ns, Math.round(ns).toLocaleString("en-US")).padStart(10);

/** The cases, one a line, contenders side by side; the plain loop once for each engine. */
export function casesTable(cases, backends, engines) {
  const head = [
    "",
    ...backends.map(({ name, node }) => `${name}, Node ${node}`.padEnd(28)),
    ...engines.map((node) => `plain loop, Node ${node}`.padEnd(19)),
  ];
  const units = [
    "",
    ...backends.map(() => "ns/float    ns/call speed-up"),
    ...engines.map(() => "ns/float    ns/call"),
  ];
  const rows = cases.map(({ name, floats, backends: of, plain }) => [
    name,
    ...backends.map((backend) => {
      const { ns, speedup } = of[backend.name];
      return `${perFloat(ns, floats)} ${perCall(ns)} ${shown(speedup, times(speedup, 1)).padStart(8)}`;
    }),
    ...engines.map((node) => `${perFloat(plain[node], floats)} ${perCall(plain[node])}`),
  ]);
  return table([head, units, ...rows]);
}

export function kernelsTable(kernels) {
  const head = ["", "wasm", "native C", "wasm / native"];
  const rows = kernels.map(({ name, backend, floats, ns, nativeNs, ratio }) => [
    `${name}, ${backend}`,
    perFloat(ns, floats),
    perFloat(nativeNs, floats),
    times(ratio),
  ]);
  return table([head, ...rows]);
}

export function coldCodeText(coldCode) {
  const head = ["", "engine", "calls", "ms", "first, µs", "at the end, µs"];
  const rows = coldCode.map(({ name, node, cold, ms, firstNs, endNs }) => [
    name,
    `Node ${node}`,
    `${cold}`,
    ms.toFixed(1),
    (firstNs / 1e3).toFixed(1),
    (endNs / 1e3).toFixed(1),
  ]);
  return `Cold code: calls until one takes at most 1.2 times as long as at the end\n\n${table([head, ...rows])}`;
}

export function firstCallText(firstCall) {
  const lines = Object.entries(firstCall).map(([door, { emptyMs, addedMs, emptyWallMs, addedWallMs }]) => {
    const [cpu, wall] = [
      `${emptyMs.toFixed(1)} + ${addedMs.toFixed(1)}`,
      `${emptyWallMs.toFixed(1)} + ${addedWallMs.toFixed(1)}`,
    ];
    return `with ${door} ${cpu} ms of CPU (${wall} ms by the clock)`;
  });
  return ["A first softmax, import included: an empty script of the same kind + what is added to it,", ...lines].join(
    "\n",
  );
}
