/** A run as Markdown. */
import { CONTENDERS } from "./contenders.mjs";
import { UNITS } from "./judged.mjs";
import { GROUPS, works } from "./works.mjs";

const of = (id) => CONTENDERS.find((contender) => contender.id === id);
const digits = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));
const us = (ns) => digits(ns / 1e3);
const small = (value) => (value === undefined ? "" : value === 0 ? "0" : value.toExponential(1));

function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, c) => (c === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** Why some are not there, each reason once, with those that it holds for. */
function reasons(entries) {
  const by = new Map();
  for (const { contender, name, failed, unsupported } of entries) {
    const why = unsupported ?? failed?.split("\n")[0];
    if (why !== undefined) by.set(why, [...(by.get(why) ?? []), name ?? of(contender).name]);
  }
  const lines = [...by].map(([why, names]) => `${[...new Set(names)].join(" and ")} (${why})`);
  return lines.length > 0 ? [`Not here: ${lines.join("; ")}.`] : [];
}

/** By which a table is sorted: the geometric mean over the works that a contender does of its time over the fastest one's. */
function standing(rows, columns, fastest) {
  const logs = columns.filter((work) => rows.has(work)).map((work) => Math.log(rows.get(work).ns / fastest.get(work)));
  return logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

/** Contenders down, works across, µs a call; the fastest first, bold where it is the fastest of those that can be used. */
function groupTable(results, group) {
  const columns = works(false)
    .map(({ name }) => name)
    .filter((name) => results.some(({ work, ns }) => work === name && ns !== undefined));
  const lines = new Map();
  for (const result of results.filter(({ ns }) => ns !== undefined)) {
    if (!lines.has(result.contender)) lines.set(result.contender, new Map());
    lines.get(result.contender).set(result.work, result);
  }
  const usable = [...lines].filter(([id]) => !of(id).limit);
  const fastest = new Map(
    columns.map((work) => [work, Math.min(...usable.map(([, row]) => row.get(work)?.ns ?? Infinity))]),
  );
  const sorted = [...lines].sort(([, a], [, b]) => standing(a, columns, fastest) - standing(b, columns, fastest));
  const cell = (id, result, work) => {
    if (result === undefined) return "";
    const spread = Math.round((50 * (result.high - result.low)) / result.ns);
    const text = `${us(result.ns)} ± ${spread} %`;
    return !of(id).limit && result.ns === fastest.get(work) ? `**${text}**` : text;
  };
  const worst = (row) => {
    const errors = [...row.values()].map(({ error }) => error).filter((error) => error !== undefined);
    return errors.length > 0 ? small(Math.max(...errors)) : "";
  };
  const short = (work) => work.replace(`${group} `, "");
  const rows = sorted.map(([id, row]) => [
    of(id).limit ? `_${of(id).name}_` : of(id).name,
    ...columns.map((work) => cell(id, row.get(work), work)),
    worst(row),
  ]);
  return table([["", ...columns.map(short), "error"], ...rows]);
}

function groupText(figures, group, { node }, many) {
  const results = figures.results.filter((result) => result.group === group && result.node === node);
  if (results.every(({ ns }) => ns === undefined)) return [];
  const { op } = works(false).find((work) => work.group === group);
  return [
    `### ${group}${many ? `, Node ${Number.parseInt(node, 10)}` : ""}`,
    `µs a call; error: ${UNITS[op]}.`,
    groupTable(results, group),
    ...reasons(results),
  ];
}

const sized = (bytes) => (bytes / 1e3 < 100 ? (bytes / 1e3).toFixed(1) : (bytes / 1e3).toFixed(0));

function section(title, says, entries, head, cells, key) {
  const there = entries.filter((entry) => entry[key] !== undefined).sort((a, b) => a[key] - b[key]);
  if (there.length === 0) return [];
  const rows = there.map((entry) => [entry.name ?? of(entry.contender).name, ...cells(entry)]);
  return [`### ${title}`, says, table([head, ...rows]), ...reasons(entries)];
}

function accuracyText(accuracy) {
  const ops = [...new Set(accuracy.map(({ op }) => op))];
  return ops.flatMap((op) =>
    section(
      `Accuracy of ${op}`,
      `The worst error over lengths and ranges, ${UNITS[op]}, where it was found, and how many times this package's bound it is.`,
      accuracy.filter((entry) => entry.op === op),
      ["", "error", "floats, range", "of the bound"],
      ({ error, at, ofBound }) => [small(error), at, digits(ofBound)],
      "error",
    ),
  );
}

/** @returns the tables; no heading above those of the third level */
export function report(figures) {
  const { date, machine, load, engines, versions, seed, quick, residentRatios, notes } = figures;
  const named = engines.map(({ node, v8 }) => `Node ${node} (V8 ${v8})`).join(" and ");
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const ratios = residentRatios.map(({ work, node, backend, ratio, least }) => [
    `${work}, ${backend}, Node ${Number.parseInt(node, 10)}`,
    `${ratio.toFixed(2)}×`,
    `≥ ${least}`,
  ]);
  const parts = [
    `${date.slice(0, 10)}, ${machine}, load ${load.toFixed(1)} before the run; ${named}${quick ? "; --quick: rough figures" : ""}. ${packages.join(", ")}. Float32 logits from N(0, 3²), seed ${seed}; medians of interleaved rounds, ± half of the distance between the quartiles; one thread unless said.`,
    ...GROUPS.flatMap((group) =>
      engines.flatMap((engine, at) =>
        groupText(figures, group, engine, at > 0 || (engines.length > 1 && group === "softmax")),
      ),
    ),
    ...(ratios.length > 0
      ? [
          "### Resident softmax beside TensorFlow.js wasm",
          "How many times as long TensorFlow.js takes, arrays in either's own memory.",
          table([["", "ratio", "goal"], ...ratios]),
        ]
      : []),
    ...accuracyText(figures.accuracy),
    ...section(
      "The first result",
      "From an empty process to a softmax of 1000 floats, files on this disk; what it takes more than the empty process.",
      figures.first,
      ["", "ms", "ms of CPU"],
      ({ wallMs, cpuMs }) => [digits(wallMs), digits(cpuMs)],
      "wallMs",
    ),
    ...section(
      "Memory",
      "A softmax of 500 rows of 131072 floats, 250 MiB in and 250 MiB out: MiB beside the input, at most and after everything is freed.",
      figures.memory,
      ["", "at most", "after"],
      ({ mostMiB, afterMiB }) => [digits(mostMiB), digits(afterMiB)],
      "mostMiB",
    ),
    ...section(
      "What a page loads",
      "What is imported, bundled and minified by esbuild, and the binaries beside it; KB of 1000 bytes.",
      figures.bytes,
      ["", "with gzip", "raw"],
      ({ gzip, raw }) => [sized(gzip), sized(raw)],
      "gzip",
    ),
    ...notes,
  ];
  return parts.join("\n\n");
}
