/**
 * Who takes part. A contender is a process that loads contenders/FILE.mjs:
 *
 *   start(options) -> { prepare(work, operands) }
 *   prepare -> { call, read, end, law }      call: what is timed, waited for if it is a promise; read: the result, of a sampler its draw;
 *                                            end: frees; law: what a sampler draws by, where it is less than the work's options
 *   or      -> { clock, read }               clock: ns a call by a clock of its own; without read it has judged itself
 */
const backends = ["wasm-relaxed", "wasm", "js"];
const attention = ["attention"];
const sampling = ["sampling"];
const rows = ["softmax", "logSoftmax", "logSumExp", "sparsemax"];
const inC = ["softmax", "attention"];

/**
 * name      as the tables show it
 * resident  nothing is copied in or out: compared with the resident ones
 * own       this package: its errors are held to its own bounds
 * groups    of works.mjs that it is there for; without: all
 * limit     no package that anybody would use: what there is to reach
 */
export const CONTENDERS = [
  ...backends.flatMap((backend) => [
    { id: `own-${backend}`, name: `softmax-wasm, ${backend}`, file: "own", options: { backend }, own: true },
    {
      id: `own-${backend}-resident`,
      name: `softmax-wasm, ${backend}, resident`,
      file: "own",
      options: { backend, resident: true },
      own: true,
      resident: true,
    },
  ]),
  {
    id: "own-pool",
    name: "softmax-wasm, pool of 2 threads, resident",
    file: "pool",
    options: { threads: 2 },
    groups: attention,
    own: true,
    resident: true,
  },
  { id: "plain", name: "plain loops", file: "plain", options: {} },
  { id: "careful", name: "careful JavaScript", file: "careful", options: {}, groups: [...rows, ...sampling] },
  { id: "threshold", name: "topP by threshold, as WebLLM's runtime", file: "threshold", options: {}, groups: sampling },
  {
    id: "transformers",
    name: "transformers.js",
    file: "transformers",
    options: {},
  },
  { id: "tensorflow", name: "TensorFlow.js wasm", file: "tensorflow", options: {} },
  {
    id: "tensorflow-resident",
    name: "TensorFlow.js wasm, resident",
    file: "tensorflow",
    options: { resident: true },
    resident: true,
  },
  { id: "onnx", name: "onnxruntime-web", file: "onnx", options: {} },
  {
    id: "onnx-2",
    name: "onnxruntime-web, 2 threads",
    file: "onnx",
    options: { threads: 2 },
    groups: attention,
  },
  {
    id: "onnx-attention",
    name: "onnxruntime-web, Attention",
    file: "onnx",
    options: { form: "fused" },
    groups: attention,
  },
  {
    id: "onnx-attention-2",
    name: "onnxruntime-web, Attention, 2 threads",
    file: "onnx",
    options: { form: "fused", threads: 2 },
    groups: attention,
  },
  { id: "litert", name: "LiteRT.js", file: "litert", options: {} },
  {
    id: "litert-resident",
    name: "LiteRT.js, resident",
    file: "litert",
    options: { resident: true },
    resident: true,
  },
  {
    id: "litert-2",
    name: "LiteRT.js, 2 threads, resident",
    file: "litert",
    options: { resident: true, threads: 2 },
    groups: attention,
    resident: true,
  },
  { id: "jax", name: "jax-js wasm", file: "jax", options: {} },
  {
    id: "jax-resident",
    name: "jax-js wasm, resident",
    file: "jax",
    options: { resident: true },
    resident: true,
  },
  {
    id: "native-fma",
    name: "native C, with FMA",
    file: "native",
    options: { fma: true },
    groups: inC,
    resident: true,
    limit: true,
  },
  {
    id: "native",
    name: "native C, without FMA",
    file: "native",
    options: { fma: false },
    groups: inC,
    resident: true,
    limit: true,
  },
];

/** Those of a group of works, whose id begins with one of `only`, or all. */
export const contendersOf = (group, only) =>
  CONTENDERS.filter(
    ({ id, groups }) => (groups?.includes(group) ?? true) && (only?.some((start) => id.startsWith(start)) ?? true),
  );
