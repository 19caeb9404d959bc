/** The server that keeps keys and values, and its client. */
import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { printed, project, refusal } from "./run.mjs";

/** client.mjs found everything right. */
function expectRight(text) {
  const lines = text.split("\n").filter((line) => /^(right|WRONG)/.test(line));
  expect(lines.length, text).toBe(7);
  expect(lines.filter((line) => line.startsWith("WRONG"))).toEqual([]);
  expect(text).toMatch(/^right {2}\d+ sessions fit; the next one is refused with 503: no memory for another session/m);
  const [, a] = /^text A after [\d ]+: +(.+)$/m.exec(text);
  expect(new Set(a.split(" ")).size, "different tokens").toBeGreaterThan(5);
}

/** Starts server.mjs on a free port. @returns its address, once it listens */
async function started() {
  const server = spawn(process.execPath, ["examples/server.mjs", "--port", "0", "--heap", "2"], { cwd: project });
  onTestFinished(() => {
    server.kill();
  });
  let said = "";
  return new Promise((resolve, reject) => {
    server.stdout.on("data", (data) => {
      said += data;
      const address = said.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (address !== undefined) resolve(address);
    });
    server.stderr.on("data", (data) => {
      said += data;
    });
    server.once("exit", (status) => reject(new Error(`server.mjs ended with ${status}\n${said}`)));
  });
}

describe("server.mjs and client.mjs", () => {
  it("client.mjs starts a server of its own, and finds it right", () => {
    expectRight(printed("client.mjs"));
  });

  it("server.mjs is right in another process, and refuses what cannot be", async () => {
    const address = await started();
    expectRight(printed("client.mjs", [address]));

    const post = (path, body) => fetch(address + path, { method: "POST", body });
    const { id } = await (await post("/sessions")).json();
    const tokens = `/sessions/${id}/tokens`;
    const refused = async (status, response, error) => {
      expect(response.status).toBe(status);
      expect((await response.json()).error).toMatch(error);
    };
    await refused(400, await post(tokens, "[1"), /not JSON/);
    await refused(400, await post(tokens, "7"), /must be an object/);
    await refused(400, await post(tokens, '{ "tokens": [1, 256] }'), /from 0 to 255/);
    await refused(400, await post(tokens, '{ "tokens": [1], "topk": 3 }'), /topK/);
    await refused(
      400,
      await post(tokens, JSON.stringify({ tokens: new Array(129).fill(1) })),
      /128 positions are left/,
    );
    await refused(400, await post("/sessions", '{ "seed": "x" }'), /"seed"/);
    await refused(404, await post("/sessions/nosuch/tokens", "{}"), /no session nosuch/);
    await refused(404, await fetch(`${address}/nosuch`), /nothing is at/);
    await refused(405, await fetch(`${address}/sessions`), /does not take GET/);
    await refused(413, await post(tokens, " ".repeat(2 ** 20 + 1)), /at most/);

    const { length } = await (await post(tokens, JSON.stringify({ tokens: new Array(128).fill(1) }))).json();
    expect(length).toBe(128);
    await refused(400, await post(tokens, '{ "tokens": [1] }'), /0 positions are left/);
  });

  it("they say what they need", () => {
    expect(refusal("server.mjs", ["nosuch.bin"])).toContain("no such file");
    expect(refusal("server.mjs", ["package.json"])).toContain("no llama2.c checkpoint");
    expect(refusal("server.mjs", ["--port", "70000"])).toMatch(/^server\.mjs: .*port/);
    expect(refusal("server.mjs", ["--heap", "0"])).toContain('"heapBytes"');
  });

  it("client.mjs says where no server is", async () => {
    const address = await started();
    const port = Number(address.split(":").at(-1));
    const taken = refusal("server.mjs", ["--port", String(port)]);
    expect(taken).toContain("EADDRINUSE");
    expect(refusal("client.mjs", ["not an address"])).toMatch(/^client\.mjs: .+ Start a server first/);
  });
});
