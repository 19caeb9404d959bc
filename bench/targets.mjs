/** What the package set out to reach, beside what was measured. A time is no test: nothing here passes or fails. */
const SPEEDUPS = [
  ["softmax 4096", "wasm", 12],
  ["softmax 4096", "wasm-relaxed", 16],
  ["softmax 64×1000", "wasm", 11],
  ["softmax 64×1000", "wasm-relaxed", 14],
  ["softmax 32×128256", "wasm", 9],
  ["softmax 32×128256", "wasm-relaxed", 12],
];

/** @returns [what, target, measured], one row a target; what could not be measured here is left out */
export function targets({ cases, kernels, firstCall }) {
  const of = (name, backend) => cases.find((measured) => measured.name === name).backends[backend];
  const wasm = ["wasm", "wasm-relaxed"].filter((backend) => of("softmax 4096", backend));
  const on = (backend) => `${backend} on Node ${Number.parseInt(of("softmax 4096", backend).node, 10)}`;
  const times = (value) => `${value.toFixed(2)}×`;
  const rows = SPEEDUPS.filter(([, backend]) => wasm.includes(backend)).map(([name, backend, least]) => [
    `${name}, ${on(backend)}: speed-up over the plain loop`,
    `≥ ${least}×`,
    times(of(name, backend).speedup),
  ]);
  const timeRatio = (what, target, over, under) => {
    for (const backend of wasm) rows.push([`${what}, ${on(backend)}`, target, times(over(backend) / under(backend))]);
  };
  const ns = (name) => (backend) => of(name, backend).ns;
  for (const shape of ["4096", "64×1000"]) {
    timeRatio(`logSumExp's time over softmax's, ${shape}`, "< 1×", ns(`logSumExp ${shape}`), ns(`softmax ${shape}`));
  }
  for (const [name, target] of [
    ["sparsemax 32000", "≤ 0.6×"],
    ["entmax15 32000", "≤ 0.9×"],
    ["entmax 32000", "≤ 12×"],
    ["entmax 32000 at 1.1", "≤ 5×"],
    ["entmax 32000 at 1.01", "≤ 10×"],
    ["entmax 32000 within 0.001", "≤ 20×"],
    ["entmax 32000 at 2.0001 within 0.00001", "≤ 20×"],
    ["entmax 32000 at 2.0001 around 5 within 0.000001", "≤ 20×"],
    ["entmax 32000 at 2.1 within 0.0001", "≤ 20×"],
    ["entmax 32000 at 3 within 1e-9", "≤ 20×"],
    ["entmax 32000 at 3 within 0", "≤ 20×"],
    ["entmax 32000 within 1e-40", "≤ 20×"],
    ["sparsemax 32000 within 1", "≤ 4×"],
    ["entmax15 32000 within 1", "≤ 4×"],
  ]) {
    timeRatio(`${name}: time over softmax's, 32000`, target, ns(name), ns("softmax 32000"));
  }
  for (const shape of ["3×100000", "8×32768", "1048576×3", "2100000×2"]) {
    const along = `${shape} axis 0`;
    for (const name of ["sparsemax", "entmax15"]) {
      timeRatio(`${name}: time over softmax's, ${along}`, "≤ 4×", ns(`${name} ${along}`), ns(`softmax ${along}`));
    }
  }
  for (const backend of wasm) {
    const what = `sparsemax 32000, ${on(backend)}: speed-up over the textbook's sort`;
    rows.push([what, "≥ 50×", times(of("sparsemax 32000", backend).speedup)]);
  }
  timeRatio("axis 0's time over axis 1's, 512×512", "≤ 1.5×", ns("softmax 512×512 axis 0"), ns("softmax 512×512"));
  timeRatio(
    "softmax 16: time over the plain loop's",
    "≤ 0.5×",
    () => 1,
    (backend) => of("softmax 16", backend).speedup,
  );
  for (const { name, backend, ratio } of kernels) {
    rows.push([`${name}, ${on(backend)}: kernel's time over native C's`, "≤ 1.25×", times(ratio)]);
  }
  for (const door of ["require", "import"]) {
    rows.push([`first call by ${door}, over bare Node`, "< 15 ms", `${firstCall[`${door}Ms`].toFixed(1)} ms`]);
  }
  return rows;
}
