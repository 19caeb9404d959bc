/**
 * node bench/vocabulary.mjs [--quick] [--json FILE]     the functions of a vocabulary on every backend, and the JavaScript that people write
 *
 * Everything that is compared runs in the same process. Reads dist/: build first.
 */
import { writeFileSync } from "node:fs";
import { compare, json, MACHINE, notes, quick } from "./compare.mjs";
import { median } from "./rounds.mjs";
import { table, times } from "./table.mjs";
import { vocabularyTargets } from "./targets.mjs";

const compared = compare("vocabularyCalls");
const ofRows = compared.filter(({ ns }) => ns.loop !== undefined);
const halves = compared.filter(({ ns }) => ns.wide !== undefined);
/** Of a draft's token alone: a call that accepts it has drawn one more, which is taken off. */
const drafts = compared
  .filter(({ ns }) => ns.sample !== undefined)
  .map(({ row, name, after, truncated, backend, node, rounds: { own, sample, lse } }) => {
    const token = own.map((ns, r) => ns - (after ? sample[r] : 0));
    const over = (clock) => median(token.map((ns, r) => ns / clock[r]));
    return {
      row,
      name,
      truncated,
      backend,
      node,
      ns: median(token),
      overSample: over(sample),
      overLogSumExp: over(lse),
    };
  });
const figures = compared
  .filter(({ ns }) => ns.loop === undefined && ns.sample === undefined && ns.wide === undefined)
  .map(({ row, name, left, sorts, backend, node, ns, ofOwn }) => ({
    row,
    name,
    left,
    sorts,
    backend,
    node,
    ns: ns.own,
    overLogSumExp: 1 / ofOwn.logSumExp,
    ...(ns.plain !== undefined && { plainNs: ns.plain, overPlain: ofOwn.plain }),
  }));

const us = (ns) => (ns < 1e6 ? (ns / 1e3).toFixed(0) : Math.round(ns / 1e3).toLocaleString("en-US"));
const title = ({ row, name, left }) =>
  `${row}, ${name}${name === "topP 0.95" ? ` (${left.toLocaleString("en-US")} left)` : ""}`;

console.log(`softmax-wasm topK and sample, 151936 logits${quick ? ", --quick: rough figures" : ""}\n${MACHINE}`);
console.log("µs of CPU a call, copy in included; ratios are medians over rounds: of logSumExp's time on the same row,");
console.log("and how many times as long plain JavaScript takes on the same engine, where * says that it sorts\n");
const cells = ({ ns, overLogSumExp, overPlain, sorts }) => {
  const speedup = overPlain === undefined ? "" : `${times(overPlain, overPlain < 20 ? 1 : 0)}${sorts ? "*" : " "}`;
  return `${us(ns).padStart(6)}  ${times(overLogSumExp).padStart(12)}  ${speedup.padStart(10)}`;
};
const backends = [...new Map(figures.map(({ backend, node }) => [backend, Number.parseInt(node, 10)]))];
const [first] = backends.map(([name]) => figures.filter(({ backend }) => backend === name));
const beside = (f) => figures.filter(({ row, name }) => row === f.row && name === f.name);
console.log(
  table([
    ["", ...backends.map(([name, node]) => `${name}, Node ${node}`.padEnd(32))],
    ["", ...backends.map(() => "    µs  of logSumExp  over plain")],
    ...first.map((f) => [title(f), ...beside(f).map(cells)]),
  ]),
);
console.log("\n64 rows in one call: µs of CPU, and how many times as long a loop of calls takes\n");
const sameRows = (f) => ofRows.filter(({ row, name }) => row === f.row && name === f.name);
console.log(
  table([
    ["", ...backends.map(([name, node]) => `${name}, Node ${node}`.padEnd(20))],
    ...ofRows
      .filter(({ backend }) => backend === first[0].backend)
      .map((f) => [
        `${f.row}, ${f.name}`,
        ...sameRows(f).map(({ ns, ofOwn }) => `${us(ns.own).padStart(8)} ${times(ofOwn.loop).padStart(10)} `),
      ]),
  ]),
);
console.log(
  "\nverifyDraft: µs of CPU a judged token, how many times logSumExp's time, and sample's by the same options\n",
);
const sameDraft = (f) => drafts.filter(({ name }) => name === f.name);
console.log(
  table([
    ["", ...backends.map(([name, node]) => `${name}, Node ${node}`.padEnd(26))],
    ...drafts
      .filter(({ backend }) => backend === first[0].backend)
      .map((f) => [
        f.name,
        ...sameDraft(f).map(
          ({ ns, overLogSumExp, overSample }) =>
            `${us(ns).padStart(6)} ${times(overLogSumExp).padStart(8)} ${times(overSample).padStart(8)}  `,
        ),
      ]),
  ]),
);
console.log(
  "\nlogits of 16 bits: µs of CPU, of the time of float32 logits, and how many times as long it takes with a table that widens\n",
);
console.log(
  table([
    ["", ...backends.map(([name, node]) => `${name}, Node ${node}`.padEnd(28))],
    ...halves
      .filter(({ backend }) => backend === first[0].backend)
      .map((f) => [
        `${f.row}, ${f.name}`,
        ...halves
          .filter(({ row, name }) => row === f.row && name === f.name)
          .map(
            ({ ns, ofOwn }) =>
              `${us(ns.own).padStart(8)} ${times(1 / ofOwn.wide).padStart(8)} ${times(ofOwn.table).padStart(9)} `,
          ),
      ]),
  ]),
);
console.log("\nTargets\n");
console.log(table(vocabularyTargets(figures, ofRows, drafts, halves)));
if (notes.length > 0) console.log(`\n${notes.join("\n")}`);
if (json)
  writeFileSync(
    json,
    `${JSON.stringify({ date: new Date().toISOString(), figures, rows: ofRows, drafts, halves }, null, 2)}\n`,
  );
