/** Softmax on a few numbers: scores in, shares out, and why its formula is what it is. */
import { hardmax, softmax } from "softmax-wasm";
import { heading, list, remark, shares, sum, table } from "./terminal.mjs";

export function threeScores() {
  heading("Softmax: scores in, shares out");
  const x = [1, 2, 3];
  const y = softmax(x);
  table(["", ...x.map((v) => `x = ${v}`), "sum"], [["softmax", ...shares(y), sum(y).toFixed(4)]]);
  remark(`Every share is positive, and a score one higher weighs e = ${(y[2] / y[1]).toFixed(4)} times as much.`);
}

/** The formula as it is written down, without subtracting the maximum. */
function naiveSoftmax(x) {
  const e = x.map((v) => Math.exp(v));
  const s = sum(e);
  return e.map((v) => v / s);
}

export function overflow() {
  heading("Why the maximum is subtracted first");
  const small = [1, 2, 3];
  const large = [1000, 1001, 1002];
  table(
    ["", "x", "y1", "y2", "y3"],
    [
      ["exp(x) / sum, plain JS", list(small), ...shares(naiveSoftmax(small))],
      ["exp(x) / sum, plain JS", list(large), ...shares(naiveSoftmax(large))],
      ["softmax", list(small), ...shares(softmax(small))],
      ["softmax", list(large), ...shares(softmax(large))],
    ],
  );
  remark(`exp(1000) is ${Math.exp(1000)}; softmax sees only differences, so the two lists give the same shares.`);
}

export function hardAndSoft() {
  heading("Hard maximum, soft maximum");
  const inputs = [
    [1, 2, 3],
    [3, 1, 3],
    [2.9, 3, 1],
  ];
  const rows = inputs.flatMap((x) => [
    [list(x), "hardmax", ...shares(hardmax(x))],
    ["", "softmax", ...shares(softmax(x))],
  ]);
  table(["x", "", "y1", "y2", "y3"], rows);
  remark("Hardmax gives everything to the first maximum; softmax shows how close the others come.");
}

export function extremes() {
  heading("From a tie to a certainty");
  const inputs = [
    [1, 1, 1],
    [1, 2, 3],
    [1, 5, 10],
    [1, 50, 100],
    [1, 500, 1000],
  ];
  const rows = inputs.map((x) => {
    const y = softmax(x);
    return [list(x), ...shares(y), `${(100 * Math.max(...y)).toFixed(2)} %`];
  });
  table(["x", "y1", "y2", "y3", "share of the maximum"], rows);
  remark("A lead of a few points takes nearly everything; a share below 1e-38 may round to 0.");
}

export function dividingByTheSum() {
  heading("Why not scores / sum(scores)?");
  const cases = [
    [[1, 2, 3], "looks fine"],
    [[101, 102, 103], "nearly a tie"],
    [[-1, 2, 3], "a negative share"],
    [[-3, -2, -1], "the best gets least"],
    [[-2, 1, 1.01], "a sum near zero"],
    [[-1, 0, 1], "a sum of zero"],
  ];
  const rows = cases.map(([x, what]) => {
    const s = sum(x);
    return [list(x), ...x.map((v) => (v / s).toFixed(2)), ...shares(softmax(x)), what];
  });
  table(["x", "x1 / sum", "x2 / sum", "x3 / sum", "softmax 1", "2", "3", "x / sum, plain JS"], rows);
  remark("exp makes every score positive before the division, so the shares are always shares.");
}
