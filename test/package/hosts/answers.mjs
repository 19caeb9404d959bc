/**
 * What every function answers on a grid of lengths, values and options, wrong ones among them: for engines that are compared
 * with Node. All that it needs is JavaScript.
 */
const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];
const LONG = [1000, 4099];

/** sin(i²) is as good as random, and the same on all engines once it is cut to a few bits. */
const wave = (i) => Math.round(4096 * Math.sin(i * i)) / 4096;
const VALUES = {
  "±3": (i) => 3 * wave(i),
  "±30": (i) => 30 * wave(i),
  "90 to 100": (i) => 95 + 5 * wave(i),
  "equal ones": (i) => i % 5,
  "-Infinity among them": (i) => (i % 3 === 1 ? -Infinity : wave(i)),
  "+Infinity among them": (i) => (i % 7 === 3 ? Infinity : wave(i)),
  "a NaN": (i) => (i === 2 ? NaN : wave(i)),
  denormal: (i) => 1e-44 * wave(i),
};
const fill = (length, value) => Float32Array.from({ length }, (_, i) => value(i));
const mask = (length) => Uint8Array.from({ length }, (_, i) => (i % 4 === 2 ? 0 : 1));
const words = (length) => Uint32Array.from({ length: Math.ceil(length / 32) }, (_, i) => 0xdb6db6db >>> (i % 3));

const ALONG_AXIS = {
  softmax: [{}],
  logSoftmax: [{}],
  logSumExp: [{}],
  entropy: [{}],
  hardmax: [{}],
  sparsemax: [{}],
  entmax15: [{}],
  entmax: [{ alpha: 1 }, { alpha: 1.25 }, { alpha: 3 }],
};

function alongAxis(ask, name) {
  for (const own of ALONG_AXIS[name]) {
    const call = (x, options) => (door) => door[name](x, { ...own, ...options });
    const title = `${name} ${JSON.stringify(own)}`;
    for (const [label, value] of Object.entries(VALUES)) {
      for (const n of LENGTHS) ask(`${title} of ${n}, ${label}`, call(fill(n, value), {}));
      for (const n of [1, 5, 33]) {
        const x = fill(3 * n, value);
        const rows = { shape: [3, n] };
        ask(`${title} of 3 × ${n}, ${label}`, call(x, rows));
        ask(`${title} of ${n} × 3 along 0, ${label}`, call(x, { shape: [n, 3], axis: 0 }));
        ask(`${title} of 3 × ${n} masked, ${label}`, call(x, { ...rows, mask: mask(3 * n) }));
        for (const temperature of [0, 0.7, 3]) {
          ask(`${title} of 3 × ${n} at ${temperature}, ${label}`, call(x, { ...rows, temperature }));
        }
      }
    }
    for (const n of LONG) ask(`${title} of ${n}`, call(fill(n, VALUES["±3"]), {}));
  }
}

const DIM = 6;
const ATTENTION = [
  {},
  { causal: true },
  { window: [3, 1] },
  { softcap: 5 },
  { scale: 0.2 },
  { layout: "bshd" },
  { alibi: Float32Array.of(0.5, 0.25) },
  { sinks: Float32Array.of(0.1, -0.2) },
  { queryOffset: 3, causal: true },
];

function attention(ask) {
  for (const [queries, keys] of [
    [1, 1],
    [1, 70],
    [5, 33],
    [30, 200],
  ]) {
    const q = fill(2 * queries * DIM, VALUES["±3"]);
    for (const kvHeads of [1, 2]) {
      const k = fill(kvHeads * keys * DIM, (i) => wave(i + 1));
      const v = fill(kvHeads * keys * DIM, (i) => wave(i + 2));
      const some = { bias: fill(queries * keys, wave), mask: mask(queries * keys) };
      for (const options of [...ATTENTION, some, { keyLengths: Uint32Array.of(Math.ceil(keys / 2)) }]) {
        const lse = new Float32Array(2 * queries);
        const weights = new Float32Array(2 * queries * keys);
        ask(`attention ${queries} × ${keys}, ${kvHeads} of 2 heads, ${Object.keys(options)}`, (door) => {
          const out = door.attention(q, k, v, { headDim: DIM, heads: 2, kvHeads, lse, weights, ...options });
          return [out, lse, weights];
        });
      }
    }
  }
}

function mergeAttention(ask) {
  for (const rows of [1, 7]) {
    const [a, b] = [fill(rows * DIM, wave), fill(rows * DIM, (i) => wave(i + 1))];
    for (const [label, value] of Object.entries(VALUES)) {
      ask(`mergeAttention of ${rows}, ${label}`, (door) => {
        const { out, lse } = door.mergeAttention(a, fill(rows, value), b, fill(rows, wave), { valueDim: DIM });
        return [out, lse];
      });
    }
  }
}

/** Every length and kind of values of a vocabulary. */
const TOKENS = [
  ...LENGTHS.flatMap((n) => Object.entries(VALUES).map(([label, value]) => ({ n, label, value }))),
  ...LONG.flatMap((n) =>
    ["±3", "equal ones", "+Infinity among them"].map((label) => ({ n, label, value: VALUES[label] })),
  ),
];

function topK(ask) {
  for (const { n, label, value } of TOKENS) {
    for (const k of n < 100 ? [1, 3, 40, 5000] : [1, 40, 300]) {
      for (const options of [{}, { temperature: 0.7 }, { mask: words(n) }]) {
        ask(`topK ${k} of ${n}, ${label}, ${Object.keys(options)}`, (door) => {
          const { indices, logProbs, logSumExp } = door.topK(fill(n, value), k, options);
          return [indices, logProbs, [logSumExp]];
        });
      }
    }
  }
}

function sample(ask) {
  for (const { n, label, value } of TOKENS) {
    for (const options of [
      {},
      { temperature: 0 },
      { topK: 3 },
      { topP: 0.8 },
      { minP: 0.1, temperature: 0.7 },
      { mask: words(n), topK: 40, topP: 0.9 },
    ]) {
      ask(`sample of ${n}, ${label}, ${Object.keys(options)}`, (door) => {
        const { index, prob, logProb } = door.sample(fill(n, value), { ...options, random: () => 0.4 });
        return [[index, prob, logProb]];
      });
    }
  }
}

/** Their sums of a NaN's bits do not differ by engine either: a NaN that is rounded is always the same. */
function halves(ask) {
  const FORMATS = ["float16", "bfloat16"];
  for (const dtype of FORMATS) {
    const every = (step) => Uint16Array.from({ length: 65536 / step }, (_, i) => step * i + (i % step));
    ask(`unpack16 of ${dtype}`, (door) => door.unpack16(every(7), { dtype }));
    for (const [label, value] of Object.entries(VALUES)) {
      for (const n of LENGTHS) {
        const x = fill(n, value);
        const title = `of ${n} ${dtype}, ${label}`;
        ask(`pack16 ${title}`, (door) => door.pack16(x, { dtype }));
        const bits = (door) => door.pack16(x, { dtype });
        ask(`softmax ${title}`, (door) => door.softmax(bits(door), { dtype }));
        ask(`sparsemax ${title}`, (door) => door.sparsemax(bits(door), { dtype }));
        ask(`logSumExp ${title}`, (door) => door.logSumExp(bits(door), { dtype }));
        ask(`hardmax in place ${title}`, (door) => {
          const y = bits(door);
          return door.hardmax(y, { dtype, out: y });
        });
        ask(`topK ${title}`, (door) => {
          const { indices, logProbs } = door.topK(bits(door), 5, { dtype });
          return [indices, logProbs];
        });
        ask(`sample ${title}`, (door) => Object.values(door.sample(bits(door), { dtype, random: () => 0.4 })));
      }
    }
    const q = fill(4 * DIM, VALUES["±3"]);
    ask(`attention of ${dtype}`, (door) => {
      const k = door.pack16(fill(90 * DIM, wave), { dtype });
      return door.attention(q, k, k, { headDim: DIM, causal: true, dtype });
    });
  }
  ask("wrong call, dtype", (door) => door.softmax(new Uint16Array(2), { dtype: "float8" }));
  ask("wrong call, pack16 without dtype", (door) => door.pack16([1], {}));
  ask("wrong call, alloc", (door) => door.createRuntime({ heapBytes: 65536 }).alloc(3, "half"));
}

/** Their messages. */
function wrongCalls(ask) {
  const x = fill(4, wave);
  const WRONG = {
    string: (door) => door.softmax("1, 2, 3"),
    nothing: (door) => door.softmax(),
    nested: (door) => door.softmax([[1, 2]]),
    Uint16Array: (door) => door.softmax(new Uint16Array(2)),
    object: (door) => door.softmax({ data: x }),
    Proxy: (door) => door.softmax(new Proxy(x, {})),
    "revoked Proxy": (door) => {
      const { proxy, revoke } = Proxy.revocable(x, {});
      revoke();
      return door.softmax(proxy);
    },
    "a length": (door) => door.softmax({ length: -1 }),
    shape: (door) => door.softmax(x, { shape: [3] }),
    axis: (door) => door.softmax(x, { axis: 2 }),
    "option unknown": (door) => door.softmax(x, { dim: 0 }),
    "option inherited": (door) => door.softmax(x, Object.create({ axis: 0 })),
    "no options": (door) => door.softmax(x, 0),
    out: (door) => door.softmax(x, { out: new Float32Array(3) }),
    overlap: (door) => door.softmax(x.subarray(0, 3), { out: x.subarray(1) }),
    mask: (door) => door.softmax(x, { mask: [true] }),
    temperature: (door) => door.softmax(x, { temperature: -1 }),
    alpha: (door) => door.entmax(x, { alpha: NaN }),
    support: (door) => door.sparsemax(x, { support: new Uint32Array(2) }),
    headDim: (door) => door.attention(x, x, x, { headDim: 3 }),
    biasShape: (door) => door.attention(x, x, x, { headDim: 2, bias: x, biasShape: [1] }),
    window: (door) => door.attention(x, x, x, { headDim: 2, window: "all" }),
    isCausal: (door) => door.attention(x, x, x, { headDim: 2, isCausal: true }),
    k: (door) => door.topK(x, 0),
    topP: (door) => door.sample(x, { topP: 2 }),
    random: (door) => door.sample(x, { random: () => 2 }),
    backend: (door) => door.createRuntime({ backend: "gpu" }),
    heapBytes: (door) => door.createRuntime({ heapBytes: "1" }),
    "an alloc": (door) => door.createRuntime({ heapBytes: 65536 }).alloc(2 ** 40),
  };
  for (const [label, call] of Object.entries(WRONG)) ask(`wrong call, ${label}`, call);
}

/** An app's own class, views at an offset, a small heap. */
function memory(ask) {
  class Own extends Float32Array {}
  const big = fill(70, VALUES["±3"]);
  ask("softmax of an own class", (door) => door.softmax(Own.from(big)));
  ask("softmax at an offset", (door) =>
    door.softmax(big.subarray(3, 40), { out: new Float32Array(80).subarray(7, 44) }),
  );
  ask("softmax, topK and attention in 64 KiB", (door) => {
    const runtime = door.createRuntime({ heapBytes: 65536 });
    const x = fill(40_000, VALUES["±3"]);
    const y = runtime.softmax(x, { shape: [4, 10_000] });
    const { indices } = runtime.topK(x, 300);
    const k = x.subarray(0, 5000 * DIM);
    const out = runtime.attention(x.subarray(0, 3 * DIM), k, k, { headDim: DIM, causal: true });
    return [y.subarray(0, 10), y.subarray(39_990), indices, out];
  });
}

function transformersDoor(ask, { softmax, log_softmax, multinomialSampler }) {
  const data = fill(40, VALUES["±3"]);
  ask("transformers softmax", () => [softmax(Array.from(data)), softmax(data), softmax(Float64Array.from(data))]);
  ask("transformers log_softmax", () => [log_softmax(Array.from(data)), log_softmax(data)]);
  ask("transformers log_softmax, wrong", () => log_softmax(["1"]));
  ask("transformers multinomialSampler", () => {
    const sampler = multinomialSampler({ temperature: 0.7, top_k: 5 }, { random: () => 0.4 });
    return [sampler.sample({ dims: [1, 40], data }).map(([token, logProb]) => [Number(token), logProb])[0]];
  });
  ask("transformers multinomialSampler of rows", () => {
    const config = { repetition_penalty: 1.5, bad_words_ids: [[1, 2]], no_repeat_ngram_size: 3, top_k: 0 };
    const mask = (row) => (row === 1 ? Uint32Array.of(0x3f0) : undefined);
    const sampler = multinomialSampler(config, { random: () => 0.6, mask });
    const pairs = sampler.sample({ dims: [2, 20], data }, [
      [7n, 3n, 1n],
      [4n, 5n, 4n, 5n],
    ]);
    return pairs.map(([token, logProb]) => [Number(token), logProb]);
  });
}

const plain = (value) =>
  typeof value === "number"
    ? [value]
    : typeof value[0] === "object"
      ? value.flatMap((part) => Array.from(part))
      : Array.from(value);

/** What is asked, by the name of the function or of the matter. */
const PARTS = {
  ...Object.fromEntries(Object.keys(ALONG_AXIS).map((name) => [name, (ask) => alongAxis(ask, name)])),
  attention,
  mergeAttention,
  topK,
  sample,
  "16 bits": halves,
  "wrong calls": wrongCalls,
  memory,
  transformers: transformersDoor,
};
export const NAMES = Object.keys(PARTS);

/** @returns for each of NAMES its calls: a title, and the numbers that came back, or the error */
export function answers(door, transformers) {
  const asked = {};
  for (const name of NAMES) {
    const calls = [];
    const ask = (title, call) => {
      try {
        calls.push({ title, answer: plain(call(door)).map((v) => (Number.isFinite(v) ? v : String(v))) });
      } catch (error) {
        calls.push({ title, answer: `${error.name}: ${error.message}` });
      }
    };
    PARTS[name](ask, transformers);
    asked[name] = calls;
  }
  return asked;
}

/** Engines' Math.exp and Math.log differ in a last bit of a float64, and results by one of a float32. */
const same = (a, b) => a === b || Math.abs(a - b) <= 2.4e-7 * Math.abs(b) + 1.5e-45;

/** @returns for each of NAMES how many calls there were, and those that were answered otherwise */
export function compare(got, want) {
  return Object.entries(want).map(([name, calls]) => ({
    name,
    calls: calls.length,
    failures: calls.flatMap(({ title, answer }, i) => {
      const other = got[name][i].answer;
      const right =
        typeof answer === "string"
          ? other === answer
          : other.length === answer.length && answer.every((v, j) => same(other[j], v));
      if (right) return [];
      const at = typeof answer === "string" ? "" : answer.findIndex((v, j) => !same(other[j], v));
      return [`${title}: ${at === "" ? other : `${other[at]} at ${at}`} instead of ${at === "" ? answer : answer[at]}`];
    }),
  }));
}
