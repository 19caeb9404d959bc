/** The works as ONNX graphs. What ONNX has no operator for is composed. */
import { Unsupported } from "../unsupported.mjs";
import { onnx } from "./onnx.mjs";

const LAST = { axis: -1 };
const scalar = (value, type) => ({ shape: [], values: [value], type });
const single = (value) => ({ shape: [1], values: [BigInt(value)], type: "int64" });

const along = (operator, attributes) => (rows, cols) => ({
  nodes: [[operator, ["x"], "y", attributes]],
  outputs: [{ name: "y", shape: [rows, cols] }],
});

/** τ = (Σ of the support - 1) / its size, where the support is the values z_k, descending, with 1 + k z_k > Σ_{j <= k} z_j. */
const sparsemax = (rows, cols) => ({
  nodes: [
    ["TopK", ["x", "all"], ["z", "places"]],
    ["CumSum", ["z", "last"], "sums"],
    ["Mul", ["z", "ranks"], "kz"],
    ["Add", ["kz", "one"], "raised"],
    ["Greater", ["raised", "sums"], "within"],
    ["Cast", ["within"], "weights", { to: 1 }],
    ["Mul", ["z", "weights"], "kept"],
    ["ReduceSum", ["kept", "axes"], "sum"],
    ["ReduceSum", ["weights", "axes"], "size"],
    ["Sub", ["sum", "one"], "excess"],
    ["Div", ["excess", "size"], "tau"],
    ["Sub", ["x", "tau"], "moved"],
    ["Relu", ["moved"], "y"],
  ],
  constants: {
    all: single(cols),
    axes: single(1),
    last: scalar(1n, "int64"),
    one: scalar(1),
    ranks: { shape: [1, cols], values: Float32Array.from({ length: cols }, (_, k) => k + 1) },
  },
  outputs: [{ name: "y", shape: [rows, cols] }],
});

const ROWS = {
  softmax: along("Softmax", LAST),
  logSoftmax: along("LogSoftmax", LAST),
  logSumExp: (rows) => ({
    nodes: [["ReduceLogSumExp", ["x", "axes"], "y", { keepdims: 0 }]],
    constants: { axes: single(1) },
    outputs: [{ name: "y", shape: [rows] }],
  }),
  sparsemax,
};

const KINDS = ["q", "k", "v"];
const sizes = ({ heads, queries, keys, dim }, batch) =>
  KINDS.map((name) => ({ name, shape: [...batch, heads, name === "q" ? queries : keys, dim] }));

/** 0 where query i may see key j, else what makes its share 0. */
function causalMask({ queries, keys }) {
  const values = new Float32Array(queries * keys);
  for (let i = 0; i < queries; i++) values.fill(-1e30, i * keys + i + 1 + keys - queries, (i + 1) * keys);
  return { shape: [1, queries, keys], values };
}

function composed(work) {
  const inputs = sizes(work, []);
  const { causal, dim } = work;
  return {
    inputs,
    nodes: [
      ["Transpose", ["k"], "kT", { perm: [0, 2, 1] }],
      ["MatMul", ["q", "kT"], "products"],
      ["Mul", ["products", "scale"], "scores"],
      ...(causal ? [["Add", ["scores", "mask"], "masked"]] : []),
      ["Softmax", [causal ? "masked" : "scores"], "p", LAST],
      ["MatMul", ["p", "v"], "y"],
    ],
    constants: { scale: scalar(1 / Math.sqrt(dim)), ...(causal && { mask: causalMask(work) }) },
    outputs: [{ ...inputs[0], name: "y" }],
  };
}

function fused(work) {
  const inputs = sizes(work, [1]);
  const nodes = [["Attention", KINDS, "y", work.causal ? { is_causal: 1 } : {}]];
  return { inputs, nodes, outputs: [{ ...inputs[0], name: "y" }] };
}

/** @param form  of attention: "composed" or "fused" @returns inputs and outputs by name and shape, and the file */
export function onnxWork(work, form) {
  const { op, rows, cols, tokens, options } = work;
  if (op === "sample" && options.topK === undefined) throw new Unsupported("its TopK needs a k");
  const parts =
    op === "attention"
      ? { composed, fused }[form](work)
      : { inputs: [{ name: "x", shape: op === "sample" ? [1, tokens] : [rows, cols] }], ...graphOf(work) };
  return { ...parts, file: onnx(parts) };
}

function graphOf({ op, rows, cols, options }) {
  if (op !== "sample") return ROWS[op](rows, cols);
  const outputs = ["values", "indices"].map((name, at) => ({
    name,
    shape: [1, options.topK],
    type: ["float32", "int64"][at],
  }));
  return { nodes: [["TopK", ["x", "k"], ["values", "indices"]]], constants: { k: single(options.topK) }, outputs };
}
