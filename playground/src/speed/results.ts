/** The results as a chart that is a table, and as Markdown. */
import { bar, h } from "../page/dom";
import { type Standing, spread } from "./race";
import { floatsOf, type Kind, nameOf } from "./work";

interface Row {
  readonly standing: Standing;
  /** ns a float or µs a call, with its quartiles */
  readonly times: readonly [number, number, number] | undefined;
  /** how many times as fast as the plain one */
  readonly ratio: number | undefined;
}

const unitOf = (kind: Kind): string => (kind === "softmax" ? "ns a float" : "µs a call");

function rowsOf(standings: readonly Standing[], kind: Kind, size: number): Row[] {
  const unit = kind === "softmax" ? floatsOf({ kind, size, arrays: [] }) : 1000;
  const plain = standings.find(({ contender }) => contender.id === "plain");
  const base = plain?.rounds.length ? spread(plain.rounds)[1] / unit : undefined;
  return standings.map((standing) => {
    if (standing.rounds.length === 0) return { standing, times: undefined, ratio: undefined };
    const [low, median, high] = spread(standing.rounds).map((ns) => ns / unit);
    return { standing, times: [low, median, high], ratio: base && base / median };
  });
}

const digits = (x: number): string => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
const errorOf = ({ error }: Standing, kind: Kind): string => {
  if (error === undefined) return "";
  if (kind === "sample") return error === 0 ? "same token" : "another token";
  return error.toExponential(1);
};

export function chart(standings: readonly Standing[], kind: Kind, size: number): HTMLElement[] {
  const rows = rowsOf(standings, kind, size);
  const slowest = Math.max(...rows.map(({ times }) => times?.[2] ?? 0));
  return rows.map(({ standing, times, ratio }) => {
    const { contender, failed } = standing;
    const name = h("th", { scope: "row" }, h("b", {}, contender.name), h("span", {}, standing.note ?? contender.note));
    if (failed !== undefined) return h("tr", { class: "failed" }, name, h("td", { colspan: 3 }, failed));
    return h(
      "tr",
      { "data-contender": contender.id },
      name,
      h(
        "td",
        { class: "time" },
        h("span", { class: "lane" }, bar((times?.[1] ?? 0) / slowest, contender.id), times && whisker(times, slowest)),
        h("span", { class: "value" }, times ? digits(times[1]) : "…"),
      ),
      h("td", { class: "ratio" }, ratio === undefined ? "" : `${digits(ratio)}×`),
      h("td", { class: "error" }, errorOf(standing, kind)),
    );
  });
}

/** From the first quartile to the third. */
const whisker = ([low, , high]: readonly number[], slowest: number): HTMLElement =>
  h("span", { class: "whisker", "aria-hidden": "true", style: `--from:${low / slowest};--to:${high / slowest}` });

export const heads = (kind: Kind): string[] => ["", unitOf(kind), "times plain", "worst error"];

export function markdown(standings: readonly Standing[], kind: Kind, size: number): string {
  const lines = rowsOf(standings, kind, size).map(({ standing, times, ratio }) => {
    const { contender, failed } = standing;
    const cells =
      times === undefined
        ? [failed ?? "no round", "", "", ""]
        : [digits(times[1]), `${digits(times[0])} to ${digits(times[2])}`, digits(ratio ?? 1), errorOf(standing, kind)];
    return `| ${[`${contender.name} (${standing.note ?? contender.note})`, ...cells].join(" | ")} |`;
  });
  return [
    `${nameOf(kind, size)}`,
    "",
    `| | ${unitOf(kind)}, median | quartiles | times plain | worst error |`,
    "| --- | --- | --- | --- | --- |",
    ...lines,
    "",
    `${new Date().toISOString().slice(0, 10)}, ${navigator.hardwareConcurrency} cores, ${navigator.userAgent}`,
    "",
  ].join("\n");
}
