/** A pool's results beside those of the plain functions, bit for bit, and its controls. */

/** The same numbers on every host. */
function numbers(length) {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 8 - 4;
  });
}

/** Calls that are long enough to be split. */
function calls() {
  const [q, k, v] = [0, 1, 2].map((i) => numbers(4 * 256 * 64).map((x) => x / (i + 1)));
  const x = numbers(128 * 4096);
  const shape = [128, 4096];
  const causal = { heads: 4, headDim: 64, causal: true };
  let i = 0;
  const random = () => (i++ % 97) / 97;
  return {
    attention: (on) => on.attention(q, k, v, causal),
    softmax: (on) => on.softmax(x, { shape }),
    "entropy along the first axis": (on) => on.entropy(x, { shape, axis: 0 }),
    entmax15: (on) => on.entmax15(x, { shape }),
    topK: (on) => on.topK(x, 5, { shape }),
    sample: (on) => {
      i = 0;
      return on.sample(x, { shape, topP: 0.9, random });
    },
  };
}

/** A result, which is an array or arrays in an object, as words. */
const wordsOf = (result) =>
  (ArrayBuffer.isView(result) ? [result] : Object.values(result)).map(
    ({ buffer, byteOffset, byteLength }) => new Uint32Array(buffer, byteOffset, byteLength / 4),
  );

function sameBits(result, wanted) {
  const words = wordsOf(result);
  return wordsOf(wanted).every((part, i) => {
    const other = words[i];
    return part.length === other.length && part.every((word, j) => word === other[j]);
  });
}

/** Milliseconds after which a promise is taken for one that never settles. */
const LONGEST = 30_000;

function settled(promise, name) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not settle`)), LONGEST);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function watched(pool, failures) {
  const x = numbers(2 ** 21);
  const options = { shape: [512, 4096] };
  const seen = [];
  await settled(
    pool.entmax15(x, options, { onProgress: (done, total) => seen.push([done, total]) }),
    "with onProgress",
  );
  const rises = seen.every(([done, total], i) => done <= total && (i === 0 || done >= seen[i - 1][0]));
  const [last, total] = seen.at(-1) ?? [];
  if (!rises || last !== total || total === undefined) failures.push(`progress is ${JSON.stringify(seen)}`);

  const controller = new AbortController();
  const reason = new Error("enough");
  const stopped = pool.entmax15(x, options, { signal: controller.signal, onProgress: () => controller.abort(reason) });
  const error = await settled(stopped, "stopped").catch((error) => error);
  if (error !== reason) failures.push(`a call that its signal stopped gave ${error}`);
}

/**
 * @param createPool  of softmax-wasm/pool
 * @param door        softmax-wasm
 * @param options     of createPool
 * @returns           the pool's mode, the buffer of its memory, and what was wrong
 */
export async function poolReport(createPool, door, options = {}) {
  const failures = [];
  const pool = await settled(createPool({ threads: 2, ...options }), "createPool");
  const { mode } = pool;
  if (pool.backend !== door.backend()) failures.push(`backend ${pool.backend}, of the door ${door.backend()}`);
  for (const [name, call] of Object.entries(calls())) {
    try {
      const wanted = call(door);
      if (!sameBits(await settled(call(pool), name), wanted)) failures.push(`${name}: other bits`);
      if (!sameBits(call(pool.sync), wanted)) failures.push(`sync.${name}: other bits`);
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
  }
  const x = numbers(2 ** 20);
  const own = pool.alloc(x.length);
  own.set(x);
  const rows = { shape: [256, 4096] };
  const inPlace = await settled(pool.softmax(own, { ...rows, out: own }), "in place");
  if (!sameBits(inPlace, door.softmax(x, rows))) failures.push("softmax in the pool's memory: other bits");
  await watched(pool, failures);
  if (pool.mode.kind !== mode.kind) failures.push(`the mode became ${JSON.stringify(pool.mode)}`);
  await settled(pool.close(), "close");
  return { ...mode, buffer: own.buffer.constructor.name, failures };
}
