/** Charts of a run as SVG, each for a light and a dark page. */
import { mkdirSync, writeFileSync } from "node:fs";
import { parse, View } from "vega";
import { compile } from "vega-lite";
import { CONTENDERS } from "./contenders.mjs";

const WIDTH = 430;
/** Beside the points: 790 in all, as wide as a README. Without a screen the widths of texts are not known, so that they have fixed room. */
const PADDING = { left: 280, right: 80, top: 72, bottom: 42 };
const STEP = 24;
const FONT = "system-ui, sans-serif";
const SCHEMES = {
  light: { text: "#1f2328", faint: "#59636e", grid: "#d1d9e0", own: "#0969da", other: "#9aa4af", limit: "#d4a72c" },
  dark: { text: "#f0f6fc", faint: "#9198a1", grid: "#3d444d", own: "#4493f8", other: "#656c76", limit: "#d29922" },
};
const KINDS = ["own", "other", "limit"];
const LEGEND = { own: "softmax-wasm", other: "others", limit: "native C" };

const of = (id) => CONTENDERS.find((contender) => contender.id === id);
const kindOf = ({ own, limit }) => (own ? "own" : limit ? "limit" : "other");
const digits = (value) => (value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0));
const timeText = (us) => (us < 1000 ? `${digits(us)} µs` : `${digits(us / 1e3)} ms`);
const sizeText = (kb) => (kb < 1000 ? `${digits(kb)} KB` : `${digits(kb / 1e3)} MB`);

const ofWork =
  (work) =>
  ({ results, engines }) =>
    results
      .filter((r) => r.work === work && r.node === engines[0].node && r.ns !== undefined)
      .map(({ contender, ns }) => ({
        name: of(contender).name,
        kind: kindOf(of(contender)),
        value: ns / 1e3,
        label: timeText(ns / 1e3),
      }));

/** log: where the slowest takes hundreds of times as long as the fastest. */
const CHARTS = {
  softmax: { title: "softmax of 64×1000 floats, time a call", rows: ofWork("softmax 64×1000"), axis: "µs", log: true },
  attention: {
    title: "attention, 8 heads, 512 queries, 512 keys of 64, time a call",
    rows: ofWork("prefill 8×512×512×64"),
    axis: "µs",
    log: true,
  },
  sampling: {
    title: "a token of 151936, temperature 0.8, topK 50, topP 0.95",
    rows: ofWork("temperature 0.8, topK 50, topP 0.95"),
    axis: "µs",
    log: true,
  },
  bytes: {
    title: "what a page loads, with gzip",
    rows: ({ bytes }) =>
      bytes
        .filter(({ gzip }) => gzip !== undefined)
        .map(({ name, gzip }) => ({
          name,
          kind: name.startsWith("softmax-wasm") ? "own" : "other",
          value: gzip / 1e3,
          label: sizeText(gzip / 1e3),
        })),
    axis: "KB",
    log: true,
  },
  memory: {
    title: "memory beside a 250 MiB input, at most",
    rows: ({ memory }) =>
      memory
        .filter(({ mostMiB }) => mostMiB !== undefined)
        .map(({ contender, mostMiB }) => ({
          name: of(contender).name,
          kind: kindOf(of(contender)),
          value: mostMiB,
          label: `${mostMiB.toFixed(0)} MiB`,
        })),
    axis: "MiB",
    log: false,
  },
};

/** From half of the least to twice the most, with a line at each power of ten; from 0 where lengths can be compared. */
function valueAxis({ axis, log }, numbers) {
  const field = { field: "value", type: "quantitative" };
  if (!log) return { ...field, title: axis, axis: { tickCount: 4 } };
  const domain = [Math.min(...numbers) / 2, 2 * Math.max(...numbers)];
  const decades = Array.from({ length: 12 }, (_, n) => 10 ** (n - 3));
  const values = decades.filter((value) => value > domain[0] && value < domain[1]);
  return { ...field, title: `${axis}, logarithmic`, axis: { values }, scale: { type: "log", nice: false, domain } };
}

function configOf({ text, faint, grid }) {
  const labels = { labelColor: text, labelFontSize: 12 };
  return {
    font: FONT,
    axis: { ...labels, titleColor: faint, gridColor: grid, tickColor: grid, domain: false },
    legend: labels,
    title: { anchor: "start", frame: "group", color: text, font: FONT, subtitleColor: faint, subtitleFont: FONT },
    view: { stroke: null },
  };
}

function specOf(chart, values, subtitle, scheme) {
  const sorted = [...values].sort((a, b) => a.value - b.value).map(({ name }) => name);
  const kinds = KINDS.filter((kind) => values.some((value) => value.kind === kind));
  const scale = { domain: kinds, range: kinds.map((kind) => scheme[kind]) };
  const legend = { title: null, orient: "top", labelExpr: `${JSON.stringify(LEGEND)}[datum.value]` };
  const mark = chart.log ? { type: "point", filled: true, size: 90, opacity: 1 } : { type: "bar", height: STEP - 8 };
  const label = { type: "text", align: "left", dx: 8, fontSize: 12, color: scheme.text };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: WIDTH,
    height: { step: STEP },
    padding: PADDING,
    autosize: "none",
    background: null,
    title: { text: chart.title, subtitle },
    data: { values },
    encoding: {
      x: valueAxis(
        chart,
        values.map(({ value }) => value),
      ),
      y: { field: "name", type: "nominal", title: null, sort: sorted, axis: { labelLimit: 0, grid: false } },
    },
    layer: [
      { mark, encoding: { color: { field: "kind", type: "nominal", scale, legend } } },
      { mark: label, encoding: { text: { field: "label", type: "nominal" } } },
    ],
    config: configOf(scheme),
  };
}

/** Writes NAME-light.svg and NAME-dark.svg into the folder, for each chart that the run has figures for. */
export async function drawCharts(figures, folder) {
  mkdirSync(folder, { recursive: true });
  const { node } = figures.engines[0];
  const subtitle = `less is better · Node ${node}, ${figures.machine} · ${figures.date.slice(0, 10)}`;
  for (const [name, chart] of Object.entries(CHARTS)) {
    const values = chart.rows(figures);
    if (values.length === 0) continue;
    for (const [scheme, colors] of Object.entries(SCHEMES)) {
      const { spec } = compile(specOf(chart, values, subtitle, colors));
      const svg = await new View(parse(spec), { renderer: "none" }).toSVG();
      const named = svg.replace("<svg ", `<svg role="img" aria-label="${chart.title}" `);
      writeFileSync(new URL(`${name}-${scheme}.svg`, folder), `${named}\n`);
    }
  }
}
