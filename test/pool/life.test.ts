/** What befalls a pool: signals, workers that die or are silent, hosts without workers, its end. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Pool, PoolControl, WorkerLike } from "../../src/pool";
import { pause } from "../../src/pool/alone";
import { LIMITS } from "../../src/pool/budget";
import { mayWait } from "../../src/pool/control";
import { setSilence } from "../../src/pool/silence";
import { BACKENDS, runtimeOf } from "../judge/backends";
import { random } from "../judge/random.mjs";
import { newWorker, open, share } from "./pools";

const [backend] = BACKENDS.slice(-2); // WebAssembly without relaxed SIMD: every engine has it
const runtime = runtimeOf(backend);
const SCRIPT = new URL("./silent.mjs", import.meta.url);

const next = random(1);
const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => 6 * next() - 3);

/** Some 30 ms of one thread, in some 60 units. */
const options = { heads: 8, headDim: 32 };
const [q, k, v] = [0, 1, 2].map(() => draw(8 * 500 * 32));
const want = runtime.attention(q, k, v, options);
const [qs, ks, vs] = [q, k, v].map(share);

beforeAll(() => {
  Object.assign(LIMITS, { longest: 5e5, small: 1e4 });
});
afterEach(() => {
  setSilence(10_000);
  vi.unstubAllGlobals();
});

/** Whether results have the bits that they should: to compare so many by vitest takes a second. */
const right = (result: unknown): boolean => {
  const y = result as Float32Array;
  return y.length === want.length && y.every((value, i) => value === want[i]);
};

const attend = (pool: Pool, control?: PoolControl): Promise<Float32Array> => pool.attention(q, k, v, options, control);

const none = (): never => {
  throw new Error("no workers here");
};

/** One of each kind, for tests that leave their pool as it was. */
const KINDS = ["shared", "copied", "caller"] as const;
const pools = {} as Record<(typeof KINDS)[number], Pool>;
beforeAll(async () => {
  pools.shared = await open(backend);
  pools.caller = await open(backend, { worker: none });
  vi.stubGlobal("crossOriginIsolated", false);
  pools.copied = await open(backend);
  vi.unstubAllGlobals();
  for (const kind of KINDS) expect(pools[kind].mode.kind).toBe(kind);
});

/** A pool whose workers can be got at. */
async function openWith(...more: [threads?: number]): Promise<{ pool: Pool; workers: WorkerLike[] }> {
  const workers: WorkerLike[] = [];
  const worker = (): WorkerLike => {
    workers.push(newWorker());
    return workers[workers.length - 1];
  };
  const [threads = 2] = more;
  return { pool: await open(backend, { threads, worker }), workers };
}

describe("a signal", () => {
  it("that has come already stops a call before it begins", async () => {
    const pool = pools.shared;
    const reason = new Error("not now");
    await expect(attend(pool, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(() => pool.sync.softmax(draw(9), {}, { signal: AbortSignal.abort(reason) })).toThrow(reason);
    expect(right(await attend(pool))).toBe(true);
  });

  it.each(KINDS)("stops a call that is computed, one that waits, and no other: %s", async (kind) => {
    const pool = pools[kind];
    const [first, second] = [new AbortController(), new AbortController()];
    const total = vi.fn();
    const calls = [
      attend(pool, { signal: first.signal, onProgress: () => first.abort("enough") }),
      attend(pool, { signal: second.signal, onProgress: total }),
      attend(pool),
    ];
    second.abort("no");
    const settled = await Promise.allSettled(calls);
    expect(settled.slice(0, 2)).toEqual(["enough", "no"].map((reason) => ({ status: "rejected", reason })));
    expect(total).not.toHaveBeenCalled();
    expect(right((settled[2] as PromiseFulfilledResult<Float32Array>).value)).toBe(true);
  });
});

describe("progress", () => {
  it.each(KINDS)("never falls, and ends with all: %s", async (kind) => {
    const pool = pools[kind];
    const seen: (readonly [done: number, total: number])[] = [];
    let ticks = 0;
    let over = false;
    const others = (async () => {
      for (; !over; ticks++) await pause();
    })();
    await attend(pool, { onProgress: (done, total) => void seen.push([done, total]) }).then(() => seen.push([-1, 0]));
    over = true;
    await others;
    expect(ticks, "what else ran meanwhile").toBeGreaterThan(0);
    expect(seen.pop()).toEqual([-1, 0]);
    const [done, total] = seen[seen.length - 1];
    expect(done).toBe(total);
    expect(total).toBeGreaterThan(10);
    for (let i = 1; i < seen.length; i++) expect(seen[i][0]).toBeGreaterThanOrEqual(seen[i - 1][0]);
    for (const [some] of seen.slice(0, -1)) expect(some).toBeLessThan(total);
  });

  it("is told of in a call that is waited for", async () => {
    const pool = pools.shared;
    const seen: number[] = [];
    const onProgress = (done: number, total: number): void => void seen.push(done / total);
    expect(right(pool.sync.attention(q, k, v, options, { onProgress }))).toBe(true);
    expect(seen.pop()).toBe(1);
  });

  it("ends the call where it throws", async () => {
    const pool = pools.shared;
    const error = new Error("thrown by onProgress");
    const onProgress = () => {
      throw error;
    };
    await expect(attend(pool, { onProgress })).rejects.toBe(error);
    expect(() => pool.sync.attention(q, k, v, options, { onProgress })).toThrow(error);
    expect(right(await attend(pool))).toBe(true);
  });
});

describe("without workers", () => {
  it("the calling thread computes, and mode says why", async () => {
    const pool = pools.caller;
    expect(pool.mode).toEqual({ kind: "caller", reason: "no workers here", threads: 1 });
    expect(right(await attend(pool))).toBe(true);
    expect(right(pool.sync.attention(q, k, v, options))).toBe(true);
  });

  it("where memory cannot be shared, workers get copies", async () => {
    vi.stubGlobal("crossOriginIsolated", false);
    const pool = pools.copied;
    expect(pool.mode).toEqual({ kind: "copied", reason: "memory cannot be shared here", threads: 2 });
    expect(pool.alloc(3).buffer).toBeInstanceOf(ArrayBuffer);
    expect(right(await attend(pool))).toBe(true);
    expect(right(pool.sync.attention(q, k, v, options))).toBe(true);
    const out = new Float32Array(want.length);
    expect(await pool.attention(q, k, v, { ...options, out })).toBe(out);
    expect(right(out)).toBe(true);
  });
});

describe("a worker that dies", () => {
  it("rejects the call that it held, is replaced, and nothing hangs: at random moments", async () => {
    const { pool, workers } = await openWith();
    let lost = 0;
    for (let round = 0; round < 8; round++) {
      await vi.waitFor(() => expect(pool.mode.threads).toBe(2), 20_000);
      const call = attend(pool);
      const wait = 12 * next();
      await new Promise((resolve) => setTimeout(resolve, wait));
      await workers[workers.length - 1 - (round % 2)].terminate();
      const [settled] = await Promise.allSettled([call]);
      if (settled.status === "fulfilled") expect(right(settled.value)).toBe(true);
      else {
        lost++;
        expect(settled.reason.name).toBe("WorkerError");
        expect(settled.reason.message).toMatch(/^attention: a worker was lost that held a part of this call: /);
      }
    }
    expect(lost).toBeLessThanOrEqual(8);
    expect(right(await attend(pool))).toBe(true);
    await vi.waitFor(() => expect(pool.mode).toEqual({ kind: "shared", reason: "", threads: 2 }), 20_000);
  });

  it("is not replaced for ever: one that ends without a word leaves the calling thread to compute", async () => {
    let made = 0;
    const pool = await open(backend, {
      threads: 1,
      worker: () => {
        const worker = newWorker();
        if (made++ > 0) worker.terminate();
        return worker;
      },
    });
    expect(right(await attend(pool))).toBe(true);
    expect(pool.mode.threads).toBe(1);
  });
});

describe("a worker that is silent", () => {
  const worker = (): WorkerLike => newWorker(SCRIPT);

  it("is given up, and the call that it held", async () => {
    setSilence(200);
    const pool = await open(backend, { worker });
    await expect(attend(pool)).rejects.toMatchObject({
      name: "WorkerError",
      message: expect.stringMatching(/^attention: .* it was silent for \d+ ms$/),
    });
  });

  it.runIf(mayWait())(
    "is given up where the calling thread waits for it, which a page's main thread may not",
    async () => {
      setSilence(200);
      const pool = await open(backend, { worker });
      const word = new Int32Array(new SharedArrayBuffer(4));
      // asked before each unit: the calling thread takes its time, so that the worker's message comes before it has taken all of them
      const signal = {
        get aborted() {
          Atomics.wait(word, 0, 0, 10);
          return false;
        },
        reason: undefined,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      };
      const call = (): unknown => pool.sync.attention(qs, ks, vs, options, { signal });
      let error: unknown;
      try {
        for (let i = 0; i < 20; i++) expect(right(call())).toBe(true);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ name: "WorkerError" });
    },
  );
});

describe("the end", () => {
  it("rejects what is not done, may come twice, and a closed pool says so", async () => {
    const pool = await open(backend);
    const calls = [attend(pool), attend(pool)].map((call) =>
      expect(call).rejects.toMatchObject({ name: "PoolClosedError" }),
    );
    const closed = pool.close();
    expect(pool.close()).toBe(closed);
    await closed;
    await Promise.all(calls);
    await expect(pool.softmax([1, 2])).rejects.toThrow("softmax: the pool is closed");
    expect(() => pool.sync.topK([1, 2], 1)).toThrow("topK: the pool is closed");
    expect(pool.mode).toEqual({ kind: "caller", reason: "the pool is closed", threads: 1 });
  });
});

it("calls wait for each other", async () => {
  const pool = pools.shared;
  const x = draw(40 * 1000);
  const shape = [40, 1000];
  const [first, shares, second, top] = await Promise.all([
    attend(pool),
    pool.softmax(x, { shape }),
    attend(pool),
    pool.topK(x, 3, { shape }),
  ]);
  expect([first, second].map(right)).toEqual([true, true]);
  expect(top).toEqual(runtime.topK(x, 3, { shape }));
  expect(shares).toEqual(runtime.softmax(x, { shape }));
});

it("a call that is waited for does not wait for those that are not", async () => {
  const pool = pools.shared;
  const calls = [attend(pool), attend(pool)];
  expect(right(pool.sync.attention(q, k, v, options))).toBe(true);
  expect(right(pool.sync.attention(qs, ks, vs, options))).toBe(true);
  expect((await Promise.all(calls)).map(right)).toEqual([true, true]);
});
