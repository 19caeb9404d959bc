/**
 * Every function of the package, judged against its definition in float64: what each host runs, and all that it needs is
 * JavaScript. An AudioWorklet has neither TextDecoder nor URL, a worker no document.
 *
 * A function that the package exports and nothing here calls is a failure.
 */
const ROWS = 17;
const COLS = 59;
const X = Float32Array.from({ length: ROWS * COLS }, (_, i) => 4 * Math.sin(i * i));
const MASK = Uint8Array.from(X, (_, i) => (i % 3 === 0 ? 0 : 1));

/** Math.max(...x) takes the stack of a worker at 100 000. */
const maxOf = (x) => x.reduce((a, b) => Math.max(a, b), -Infinity);

/** exp(x / T) over its sum, and the logarithm of that sum; what the mask leaves out weighs 0. */
function softmaxOf(x, temperature = 1, mask = undefined) {
  const scaled = Array.from(x, (v, j) => (mask === undefined || mask[j] === 1 ? v / temperature : -Infinity));
  const m = maxOf(scaled);
  const s = scaled.reduce((sum, v) => sum + Math.exp(v - m), 0);
  return { p: scaled.map((v) => Math.exp(v - m) / s), lse: m + Math.log(s), scaled };
}

/** -Σ p·log p; what weighs 0 adds 0. */
function entropyOf(x, temperature = 1, mask = undefined) {
  return softmaxOf(x, temperature, mask).p.reduce((sum, p) => (p === 0 ? sum : sum - p * Math.log(p)), 0);
}

/** ((alpha - 1)·x - tau) to the power 1 / (alpha - 1), where positive; tau by bisection. */
function entmaxOf(x, alpha) {
  const z = Array.from(x, (v) => (alpha - 1) * v);
  let [low, high] = [maxOf(z) - 1, maxOf(z)];
  const at = (tau) => z.map((v) => Math.max(0, v - tau) ** (1 / (alpha - 1)));
  for (let i = 0; i < 60; i++) {
    const tau = (low + high) / 2;
    if (at(tau).reduce((sum, p) => sum + p, 0) >= 1) low = tau;
    else high = tau;
  }
  return at(low);
}

function hardmaxOf(x) {
  const first = x.indexOf(maxOf(x));
  return Array.from(x, (_, j) => (j === first ? 1 : 0));
}

/** Causal attention of one head, the last query at the last key. */
function attentionOf(q, k, v, dim) {
  const [queries, keys] = [q.length / dim, k.length / dim];
  const out = [];
  const lse = [];
  for (let i = 0; i < queries; i++) {
    const dot = (j) =>
      Array.from({ length: dim }, (_, d) => q[i * dim + d] * k[j * dim + d]).reduce((a, b) => a + b, 0);
    const scores = Array.from({ length: keys - queries + i + 1 }, (_, j) => dot(j) / Math.sqrt(dim));
    const weights = softmaxOf(scores);
    lse.push(weights.lse);
    for (let d = 0; d < dim; d++) out.push(weights.p.reduce((sum, p, j) => sum + p * v[j * dim + d], 0));
  }
  return { out, lse };
}

function near(name, got, want) {
  if (got.length !== want.length) throw new Error(`${name}: ${got.length} values instead of ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    if (got[i] === want[i] || Math.abs(got[i] - want[i]) <= 1e-5 * Math.max(1, Math.abs(want[i]))) continue;
    throw new Error(`${name}: ${got[i]} instead of ${want[i]} at ${i}`);
  }
}

/** One row, rows, columns, and rows in place, each as the definition has it. */
function alongEveryAxis(f, of, options = {}) {
  const shape = [ROWS, COLS];
  const rows = Array.from({ length: ROWS }, (_, r) => X.slice(r * COLS, (r + 1) * COLS)).flatMap((x) => of(x));
  const columns = new Array(X.length);
  for (let c = 0; c < COLS; c++) {
    const y = of(Array.from({ length: ROWS }, (_, r) => X[r * COLS + c]));
    for (let r = 0; r < ROWS; r++) columns[r * COLS + c] = y[r];
  }
  near("one row", f(X, options), of(X));
  near("rows", f(X, { ...options, shape }), rows);
  near("columns", f(X, { ...options, shape, axis: 0 }), columns);
  const x = X.slice();
  if (f(x, { ...options, shape, out: x }) !== x) throw new Error("out is not what comes back");
  near("in place", x, rows);
}

const DIM = 8;
const wave = (length, step) => Float32Array.from({ length }, (_, i) => Math.sin(step * i + (i % 7)));
const [Q, K, V] = [wave(5 * DIM, 0.3), wave(300 * DIM, 0.7), wave(300 * DIM, 1.1)];

const CHECKS = {
  softmax({ softmax }) {
    alongEveryAxis(softmax, (x) => softmaxOf(x).p);
    near("mask, temperature", softmax(X, { mask: MASK, temperature: 0.7 }), softmaxOf(X, 0.7, MASK).p);
    near("array", softmax([1000, 1001, 1002]), softmaxOf([0, 1, 2]).p);
    let error;
    try {
      softmax("no floats");
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof TypeError && error.message.startsWith('softmax: "x" expected')))
      throw new Error(`threw ${error}`);
  },
  logSoftmax({ logSoftmax }) {
    alongEveryAxis(logSoftmax, (x) => Array.from(x, (v) => v - softmaxOf(x).lse));
  },
  logSumExp({ logSumExp }) {
    near("one row", [logSumExp(X)], [softmaxOf(X).lse]);
    const rows = Array.from({ length: ROWS }, (_, r) => softmaxOf(X.slice(r * COLS, (r + 1) * COLS)).lse);
    near("rows", logSumExp(X, { shape: [ROWS, COLS] }), rows);
  },
  entropy({ entropy }) {
    near("one row", [entropy(X)], [entropyOf(X)]);
    const rows = Array.from({ length: ROWS }, (_, r) => entropyOf(X.slice(r * COLS, (r + 1) * COLS)));
    near("rows", entropy(X, { shape: [ROWS, COLS] }), rows);
    const columns = Array.from({ length: COLS }, (_, c) => entropyOf(X.filter((_, i) => i % COLS === c)));
    near("columns", entropy(X, { shape: [ROWS, COLS], axis: 0 }), columns);
    near("mask, temperature", entropy(X, { mask: MASK, temperature: 0.7 }), [entropyOf(X, 0.7, MASK)]);
  },
  hardmax({ hardmax }) {
    alongEveryAxis(hardmax, hardmaxOf);
  },
  sparsemax({ sparsemax }) {
    alongEveryAxis(sparsemax, (x) => entmaxOf(x, 2));
  },
  entmax15({ entmax15 }) {
    alongEveryAxis(entmax15, (x) => entmaxOf(x, 1.5));
  },
  entmax({ entmax }) {
    for (const alpha of [1.25, 3]) alongEveryAxis(entmax, (x) => entmaxOf(x, alpha), { alpha });
  },
  pack16(door) {
    const { pack16, softmax, sample, logSumExp } = door;
    const bits = pack16([1, -2, 1 + 2 ** -11, 65520, 2 ** -24, -0], { dtype: "float16" });
    near("float16", bits, [0x3c00, 0xc000, 0x3c00, 0x7c00, 1, 0x8000]);
    near("bfloat16", pack16([1, 1 + 3 * 2 ** -8, Number.NaN], { dtype: "bfloat16" }), [0x3f80, 0x3f82, 0x7fc0]);
    // sixteenths: what 16 bits hold exactly
    const x = X.map((v) => Math.round(16 * v) / 16);
    const dtype = "float16";
    const half = pack16(x, { dtype });
    const want = softmax(x);
    near("softmax of float16", softmax(half, { dtype }), want);
    const out = new Uint16Array(x.length);
    if (softmax(half, { dtype, out }) !== out) throw new Error("out is not what comes back");
    near("rounded", out, pack16(want, { dtype }));
    near("log-sum-exp", logSumExp(half, { dtype, shape: [x.length] }), [softmaxOf(x).lse]);
    near("drawn", [sample(half, { dtype, random: () => 0.6 }).index], [sample(x, { random: () => 0.6 }).index]);
    let error;
    try {
      softmax(half);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof TypeError)) throw new Error(`bits without a dtype threw ${error}`);
  },
  unpack16({ unpack16, pack16, attention }) {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x7c00, 0x8001, 0x7bff, 0, 0x0400, 0x3555, 0xfc00);
    const floats = [1, -2, Infinity, -(2 ** -24), 65504, 0, 2 ** -14, 0.333251953125, -Infinity];
    const widened = unpack16(bits, { dtype: "float16" });
    // also on a thread that takes a float32's denormals for 0, as that of an AudioWorklet: a float16's are none of those
    const wrong = floats.findIndex((v, i) => !Object.is(widened[i], v));
    if (wrong >= 0) throw new Error(`${widened[wrong]} instead of ${floats[wrong]}`);
    near("bfloat16", unpack16(Uint16Array.of(0x3f80, 0xff80, 0x4049), { dtype: "bfloat16" }), [1, -Infinity, 3.140625]);
    const dtype = "bfloat16";
    const [k, v] = [K, V].map((x) => pack16(x, { dtype }));
    const wide = [k, v].map((x) => unpack16(x, { dtype }));
    const want = attentionOf(Q, ...wide, DIM);
    near("attention", attention(Q, k, v, { headDim: DIM, causal: true, dtype }), want.out);
  },
  attention({ attention }) {
    const lse = new Float32Array(5);
    const want = attentionOf(Q, K, V, DIM);
    near("many queries", attention(Q, K, V, { headDim: DIM, causal: true, lse }), want.out);
    near("lse", lse, want.lse);
    const one = Q.subarray(4 * DIM);
    near("one query", attention(one, K, V, { headDim: DIM }), want.out.slice(4 * DIM));
    const twice = (x) => Float32Array.of(...x, ...x);
    near("two heads on one", attention(twice(one), K, V, { headDim: DIM, heads: 2, kvHeads: 1 }), [
      ...want.out.slice(4 * DIM),
      ...want.out.slice(4 * DIM),
    ]);
  },
  mergeAttention({ attention, mergeAttention }) {
    const one = Q.subarray(4 * DIM);
    const part = (from, to) => {
      const lse = new Float32Array(1);
      const out = attention(one, K.subarray(from * DIM, to * DIM), V.subarray(from * DIM, to * DIM), {
        headDim: DIM,
        lse,
      });
      return { out, lse };
    };
    const [a, b] = [part(0, 90), part(90, 300)];
    const { out, lse } = mergeAttention(a.out, a.lse, b.out, b.lse, { valueDim: DIM });
    const want = attentionOf(one, K, V, DIM);
    near("out", out, want.out);
    near("lse", lse, want.lse);
  },
  topK({ topK }) {
    const sorted = Array.from(X.keys()).sort((a, b) => X[b] - X[a] || a - b);
    const { lse } = softmaxOf(X, 0.7);
    const { indices, logProbs, logSumExp } = topK(X, 40, { temperature: 0.7 });
    near("indices", indices, sorted.slice(0, 40));
    near(
      "log-probabilities",
      logProbs,
      sorted.slice(0, 40).map((i) => X[i] / 0.7 - lse),
    );
    near("log-sum-exp", [logSumExp], [lse]);
  },
  sample({ sample }) {
    const { p, lse } = softmaxOf(X);
    const order = Array.from(X.keys()).sort((a, b) => X[b] - X[a] || a - b);
    let [count, mass] = [0, 0];
    while (mass < 0.8) mass += p[order[count++]];
    const kept = order.slice(0, count).sort((a, b) => a - b);
    for (const draw of [0, 0.25, 0.6, 1 - 2 ** -53]) {
      let [j, sum] = [0, p[kept[0]]];
      while (sum <= draw * mass && j < count - 1) sum += p[kept[++j]];
      const { index, prob, logProb } = sample(X, { topP: 0.8, random: () => draw });
      near(`drawn at ${draw}`, [index, prob, logProb], [kept[j], p[kept[j]] / mass, X[kept[j]] - lse]);
    }
  },
  truncate({ truncate }) {
    const { p } = softmaxOf(X);
    const order = Array.from(X.keys()).sort((a, b) => X[b] - X[a] || a - b);
    const kept = order.slice(0, 5).sort((a, b) => a - b);
    const mass = kept.reduce((sum, i) => sum + p[i], 0);
    const { indices, probs } = truncate(X, { topK: 5 });
    near("kept", indices, kept);
    near(
      "probabilities",
      probs,
      kept.map((i) => p[i] / mass),
    );
    const [banned] = order;
    const without = truncate(X, { topK: 1, bias: { tokens: [banned], values: [Number.NEGATIVE_INFINITY] } });
    near("without the banned one", without.indices, [order[1]]);
  },
  logProbs({ logProbs }) {
    const { lse } = softmaxOf(X);
    near("log-probabilities", logProbs(X, [3, 0]), [X[3] - lse, X[0] - lse]);
    const rows = logProbs([...X, ...X], [7, 1], { shape: [2, X.length] });
    near("of rows", rows, [X[7] - lse, X[1] - lse]);
  },
  verifyDraft({ verifyDraft }) {
    // a draft that is even, over few tokens and over all of X: where it is rejected, tokens below its share are out
    for (const n of [8, X.length]) {
      const { p, lse } = softmaxOf(X.slice(0, n));
      const least = p.indexOf(Math.min(...p));
      const rest = p.map((v) => Math.max(0, v - 1 / n));
      const whole = rest.reduce((a, b) => a + b, 0);
      for (const draw of [0.1, 0.6, 0.9]) {
        const numbers = [1 - 2 ** -53, draw];
        let [j, sum] = [0, rest[0]];
        while (sum <= draw * whole) sum += rest[++j];
        const target = Float32Array.of(...X.slice(0, n), ...X.slice(0, n));
        const random = () => numbers.shift();
        const rejected = verifyDraft(target, [least], { draft: new Float32Array(n), random });
        near(`in place of ${least} at ${draw}`, [rejected.accepted, rejected.index], [0, j]);
        near("its probabilities", [rejected.prob, rejected.logProb], [p[j], X[j] - lse]);
      }
    }
    const best = X.indexOf(maxOf(X));
    const greedy = verifyDraft(Float32Array.of(...X, ...X), [best], { temperature: 0 });
    near("at temperature 0", [greedy.accepted, greedy.index, greedy.logProbs[0]], [1, best, 0]);
  },
  createRuntime({ createRuntime }, options) {
    const runtime = createRuntime({ ...options, heapBytes: 65536 });
    const long = wave(100_000, 0.01); // six times the heap
    near("longer than the heap", runtime.softmax(long), softmaxOf(long).p);
    const x = runtime.alloc(X.length);
    x.set(X);
    if (runtime.softmax(x, { out: x }) !== x || x.buffer.byteLength !== 65536) throw new Error("not in the heap");
    near("in the heap", x, softmaxOf(X).p);
    const half = runtime.alloc(X.length, "float16");
    if (!(half instanceof Uint16Array)) throw new Error("memory of 16 bits is no Uint16Array");
    runtime.pack16(X, { dtype: "float16", out: half });
    const widened = runtime.unpack16(half, { dtype: "float16" });
    near("16 bits in the heap", runtime.softmax(half, { dtype: "float16" }), softmaxOf(widened).p);
    runtime.free(half);
    const other = runtime.alloc(3).fill(7);
    runtime.free(x);
    near("zeroed", runtime.alloc(X.length), new Array(X.length).fill(0));
    near("a view that stays", other, [7, 7, 7]);
    runtime.free();
  },
  useRuntime({ useRuntime, createRuntime, backend, softmax }) {
    const runtime = createRuntime({ backend: "js" });
    useRuntime({ ...runtime, softmax: () => "asked" });
    if (softmax([1, 2]) !== "asked" || backend() !== "js") throw new Error("another runtime was asked");
    useRuntime(createRuntime());
    near("the best one again", softmax([1000, 1001, 1002]), softmaxOf([0, 1, 2]).p);
  },
  seeded({ seeded }) {
    const random = seeded(42);
    const words = Array.from({ length: 5 }, () => random() * 2 ** 32);
    if (words.join() !== "3730666837,1786513705,1450338100,2191736338,3785014133") throw new Error(words.join());
  },
  bitMask({ bitMask, topK }) {
    const tokens = [40, 3, 31, 32, 1002];
    const { indices } = topK(X, 9, { mask: bitMask(tokens, X.length) });
    const ascending = (a, b) => a - b;
    near("the tokens of the list", Array.from(indices).sort(ascending), tokens.sort(ascending));
  },
  backend({ backend, createRuntime }) {
    if (backend() !== createRuntime().backend) throw new Error(`${backend()}, but ${createRuntime().backend}`);
  },
};

/**
 * @param door     everything that softmax-wasm or softmax-wasm/js exports
 * @param options  of createRuntime: then its functions are judged, and otherwise the door's own
 */
export function everything(door, options = undefined) {
  const { backend, rejected, ...functions } = door.createRuntime(options);
  const called = options === undefined ? door : { ...door, ...functions };
  const failures = [];
  for (const name of Object.keys(door)) {
    // the plain functions' runtime, which is not asked for here
    if ((name === "backend" || name === "useRuntime") && options !== undefined) continue;
    try {
      if (CHECKS[name] === undefined) throw new Error("exported, and not checked in test/package/hosts/everything.mjs");
      CHECKS[name](called, options);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { backend, rejected: rejected.map((one) => `${one.backend}: ${one.reason}`), failures };
}
