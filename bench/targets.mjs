/**
 * What the package set out to reach, beside what was measured: every target of every bench. A time is no test: the last column
 * is for reading, and nothing fails.
 */
/** [a case's speed-up over the plain loop, backend, at least] */
const SPEEDUPS = [
  ["softmax 4096", "wasm", 12],
  ["softmax 4096", "wasm-relaxed", 16],
  ["softmax 64×1000", "wasm", 11],
  ["softmax 64×1000", "wasm-relaxed", 14],
  ["softmax 32×128256", "wasm", 9],
  ["softmax 32×128256", "wasm-relaxed", 12],
  ["softmax 16", "wasm", 2],
  ["softmax 16", "wasm-relaxed", 2],
  ["logSoftmax 16", "wasm", 2],
  ["logSoftmax 16", "wasm-relaxed", 2.5],
  ["logSumExp 16", "wasm", 2],
  ["logSumExp 16", "wasm-relaxed", 2.5],
  ["sparsemax 32000", "wasm", 50],
  ["sparsemax 32000", "wasm-relaxed", 50],
];

/** [a case's time, over this one's, at most] */
const RATIOS = [
  ["logSumExp 4096", "softmax 4096", 1],
  ["logSumExp 64×1000", "softmax 64×1000", 1],
  ["entropy 4096", "logSumExp 4096", 1.3],
  ["entropy 32000", "logSumExp 32000", 1.3],
  ["sparsemax 32000", "softmax 32000", 0.6],
  ["entmax15 32000", "softmax 32000", 0.9],
  ["entmax 32000", "softmax 32000", 12],
  ["entmax 32000 at 1.1", "softmax 32000", 5],
  ["entmax 32000 at 1.01", "softmax 32000", 10],
  ["entmax 32000 within 0.001", "softmax 32000", 20],
  ["entmax 32000 at 2.0001 within 0.00001", "softmax 32000", 20],
  ["entmax 32000 at 2.0001 around 5 within 0.000001", "softmax 32000", 20],
  ["entmax 32000 at 2.1 within 0.0001", "softmax 32000", 20],
  ["entmax 32000 at 3 within 1e-9", "softmax 32000", 20],
  ["entmax 32000 at 3 within 0", "softmax 32000", 20],
  ["entmax 32000 within 1e-40", "softmax 32000", 20],
  ["sparsemax 32000 within 1", "softmax 32000", 4],
  ["entmax15 32000 within 1", "softmax 32000", 4],
  ...["3×100000", "8×32768", "1048576×3", "2100000×2"].flatMap((shape) =>
    ["sparsemax", "entmax15"].map((name) => [`${name} ${shape} axis 0`, `softmax ${shape} axis 0`, 4]),
  ),
  ["softmax 512×512 axis 0", "softmax 512×512", 1.2],
  ["softmax 16 alloc'ed", "softmax 16", 1],
  ["softmax 128 alloc'ed", "softmax 128", 1],
];

const KERNEL_OF_NATIVE = { wasm: 1.18, "wasm-relaxed": 1.02 };
const FIRST_CALL_MS = 15;

/** [a call, the rows it is about, at most this many times logSumExp] */
const VOCABULARY = [
  ["topK 1", ["N(0, 3²)", "real, tiled"], 1.15],
  ["greedy", ["N(0, 3²)", "real, tiled"], 0.3],
  ["topK 50", ["N(0, 3²)", "real, tiled"], 1.5],
  ["0.8, topK 50, topP 0.95", ["N(0, 3²)", "real, tiled"], 2],
  ["topP 0.95", ["N(0, 0.3²)", "N(0, 0.01²)"], 5],
  ["topP 0.95", ["5 + N(0, 1e-6²)"], 8],
  ["topK 50", ["all equal"], 3],
  ["topK 1000", ["N(0, 3²)"], 1.6],
  ["topK 5000", ["N(0, 3²)"], 3],
  ["topK 20000", ["N(0, 3²)"], 8],
  ["topK 151936", ["N(0, 3²)"], 25],
  ["sample, topK 20000", ["N(0, 3²)"], 3],
  ["logProbs", ["N(0, 3²)"], 1.1],
];
/** Penalties for 2048 tokens, on top of the call, and rows of up to 4096 over the loop of calls. */
const PENALTIES_US = 15;
const ROWS_OVER_LOOP = 1.5;
/** Logits of 16 bits over float32 logits, and a table of all patterns over the package. */
const HALF_OVER_FLOAT = 1.15;
const TABLE_OVER_HALF = 3;
/** A token of a draft: accepted or rejected, over logSumExp's time; truncated, over that of sample by the same options. */
const DRAFTS = [
  ["accepted", "overLogSumExp", 2.5],
  ["rejected", "overLogSumExp", 5],
  ["accepted, 0.8, topK 50, topP 0.95", "overSample", 2.3],
  ["rejected, 0.8, topK 50, topP 0.95", "overSample", 2.3],
];
const OVER_PLAIN_SORT = 40;
/** Rows that are spread as a model's are, or wider. */
const SPREAD = ["N(0, 3²)", "real, tiled", "N(0, 0.3²)"];

/** Of native C's speed where there are many queries, of plain reading's where there is one. */
const ATTENTION = { ofNative: { wasm: 0.85, "wasm-relaxed": 0.9 }, many: 100, ofRead: 0.8 };
/** [a call on keys and values of 16 bits, its time over float32's, at most]; memory binds the last. */
const HALF_ATTENTION = [
  ["8×512×512×64, 8 kv heads", 1.1],
  ["12×1×2048×64, 12 kv heads", 1.2],
  ["32×1×4096×128, 8 kv heads", 1.1],
  ["32×1×4096×128, 32 kv heads", 0.8],
];
/** One query a head, at least this much of native C's speed: 1.15 times its time. */
const DECODE = { name: "12×1×2048×64", ofNative: 0.87 };
const SMALL_ATTENTION = { name: "12×1×64×64", ms: 0.015 };
const CAUSAL = { name: "8×1024×1024×64", ofPlain: 0.6 };

const HEAD = ["", "target", "measured", ""];
const row = (what, sign, limit, value, unit = "×", digits = 2) => [
  what,
  `${sign} ${limit}${unit}`,
  `${value.toFixed(digits)}${unit}`,
  (sign === "≤" ? value <= limit : value >= limit) ? "met" : "missed",
];

/** @returns [what, target, measured, met or missed], one row a target; what could not be measured here is left out */
export function indexTargets({ cases, kernels, firstCall }) {
  const of = (name, backend) => cases.find((measured) => measured.name === name).backends[backend];
  const wasm = ["wasm", "wasm-relaxed"].filter((backend) => of("softmax 4096", backend));
  const on = (backend) => `${backend} on Node ${Number.parseInt(of("softmax 4096", backend).node, 10)}`;
  return [
    HEAD,
    ...SPEEDUPS.filter(([, backend]) => wasm.includes(backend)).map(([name, backend, least]) =>
      row(`${name}, ${on(backend)}: speed-up over the plain loop`, "≥", least, of(name, backend).speedup),
    ),
    ...RATIOS.flatMap(([name, other, most]) =>
      wasm.map((backend) => {
        const ratio = of(name, backend).ns / of(other, backend).ns;
        return row(`${name}: time over that of ${other}, ${on(backend)}`, "≤", most, ratio);
      }),
    ),
    ...kernels.map(({ name, backend, ratio }) =>
      row(`${name}, ${on(backend)}: kernel's time over native C's`, "≤", KERNEL_OF_NATIVE[backend], ratio),
    ),
    ...Object.entries(firstCall).map(([door, { addedMs }]) =>
      row(`first call by ${door}, CPU over an empty script`, "≤", FIRST_CALL_MS, addedMs, " ms", 1),
    ),
  ];
}

export function vocabularyTargets(figures, ofRows, drafts, halves) {
  const rows = [HEAD];
  for (const backend of ["wasm-relaxed", "wasm"]) {
    const own = figures.filter((f) => f.backend === backend);
    if (own.length === 0) continue;
    for (const [name, about, most] of VOCABULARY) {
      for (const on of about) {
        const { overLogSumExp } = own.find((f) => f.row === on && f.name === name);
        rows.push(row(`${backend}: ${on}, ${name}, time over logSumExp's`, "≤", most, overLogSumExp));
      }
    }
    const nsOf = (name) => own.find((f) => f.row === "N(0, 3²)" && f.name === name).ns;
    const sampled = "0.8, topK 50, topP 0.95";
    const added = (nsOf(`${sampled}, penalties`) - nsOf(sampled)) / 1e3;
    rows.push(row(`${backend}: penalties for 2048 tokens, on top`, "≤", PENALTIES_US, added, " µs", 0));
    for (const one of ofRows.filter((f) => f.backend === backend))
      rows.push(
        row(`${backend}: ${one.row}, ${one.name}, the loop's time over it`, "≥", ROWS_OVER_LOOP, one.ofOwn.loop),
      );
    for (const { row: dtype, name, ofOwn } of halves.filter((f) => f.backend === backend)) {
      rows.push(row(`${backend}: ${dtype} logits, ${name}, over float32`, "≤", HALF_OVER_FLOAT, 1 / ofOwn.wide));
      rows.push(row(`${backend}: ${dtype} logits, ${name}, a table's time over it`, "≥", TABLE_OVER_HALF, ofOwn.table));
    }
    for (const [name, over, most] of DRAFTS) {
      const draft = drafts.find((f) => f.backend === backend && f.name === name);
      const other = over === "overSample" ? "sample" : "logSumExp";
      rows.push(row(`${backend}: a draft's token ${name}, time over ${other}'s`, "≤", most, draft[over]));
    }
    const sorted = own.filter((f) => f.sorts && SPREAD.includes(f.row));
    const what = `${backend}: speed-up over plain JavaScript that sorts, the least on ${SPREAD.join("; ")}`;
    rows.push(row(what, "≥", OVER_PLAIN_SORT, Math.min(...sorted.map((f) => f.overPlain))));
  }
  return rows;
}

export function attentionTargets(results) {
  const rows = [HEAD];
  for (const backend of ["wasm-relaxed", "wasm"]) {
    const own = results.filter((r) => r.backend === backend);
    for (const { name, queries, ns, ofNative, ofRead } of own) {
      if (queries >= ATTENTION.many && ofNative !== undefined)
        rows.push(row(`${backend}: ${name}, of native C's speed`, "≥", ATTENTION.ofNative[backend], ofNative));
      if (name === DECODE.name && ofNative !== undefined)
        rows.push(row(`${backend}: ${name}, of native C's speed`, "≥", DECODE.ofNative, ofNative));
      if (name === SMALL_ATTENTION.name)
        rows.push(row(`${backend}: ${name}`, "≤", SMALL_ATTENTION.ms, ns / 1e6, " ms", 3));
      else if (ofRead !== undefined)
        rows.push(row(`${backend}: ${name}, of plain reading K and V`, "≥", ATTENTION.ofRead, ofRead));
    }
    const nsOf = (name) => own.find((r) => r.name === name)?.ns;
    const ofPlain = nsOf(`${CAUSAL.name}, causal`) / nsOf(CAUSAL.name);
    if (own.length > 0) rows.push(row(`${backend}: ${CAUSAL.name}, causal over plain`, "≤", CAUSAL.ofPlain, ofPlain));
  }
  return rows;
}

/** Rows to stand behind those of attentionTargets. */
export function halfTargets(halves) {
  return ["wasm-relaxed", "wasm"].flatMap((backend) =>
    HALF_ATTENTION.flatMap(([name, most]) =>
      halves
        .filter((half) => half.backend === backend && half.name === name)
        .map(({ dtype, overFloat32 }) =>
          row(`${backend}: ${name}, k and v of ${dtype}, time over float32's`, "≤", most, overFloat32),
        ),
    ),
  );
}
