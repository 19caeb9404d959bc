/**
 * The playground in browsers that nothing drives, so that the page walks through itself (walk.mjs): WebKitGTK, Safari's engine, which has
 * no driver here, and Firefox, whose driver stops workers of workers from starting now and then.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findBrowser, openBrowser } from "../../../scripts/browsers.mjs";
import { expectShown, library } from "./built.mjs";

const TYPES = { html: "text/html", js: "text/javascript", json: "application/json" };
const WALK = '<script type="module" src="/walk.mjs"></script></body>';

/** The folder, the walk beside it, and what the walk reports. */
async function served(folder) {
  const server = createServer();
  const reported = new Promise((resolve) => {
    server.on("request", async (request, response) => {
      const path = new URL(request.url, "http://localhost").pathname.slice(1);
      const file = join(folder, path);
      const answer = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
      if (request.method === "POST") {
        const body = (await request.toArray()).join("");
        answer("text/plain", "");
        resolve(JSON.parse(body));
      } else if (path === "index.html") {
        answer(
          TYPES.html,
          readFileSync(file, "utf8").replace("</body>", () => WALK),
        );
      } else if (path === "walk.mjs") {
        answer(TYPES.js, readFileSync(new URL("./walk.mjs", import.meta.url)));
      } else if (path !== "" && existsSync(file)) {
        answer(TYPES[path.split(".").pop()] ?? "application/octet-stream", readFileSync(file));
      } else response.writeHead(404).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/index.html`, reported, stop: () => server.close() };
}

export function undrivenTests(site, name) {
  it("shows each view, and uses it", async (context) => {
    try {
      findBrowser(name);
    } catch (error) {
      context.skip(error.message);
    }
    const { address, reported, stop } = await served(site.folder);
    const close = await openBrowser(name, address);
    const seen = await reported.finally(async () => {
      await close();
      stop();
    });
    expect(seen.failed).toBeUndefined();
    expect(seen.problems).toEqual([]);
    expect(seen.backend).toMatch(/^runs on (wasm-relaxed|wasm): (relaxed SIMD is|no relaxed SIMD) here$/);
    const { entmax, hardmax, softmax, sparsemax } = await library();
    const x = [3, 1, 0.5];
    const options = { temperature: 2 };
    const values = [softmax(x, options), entmax(x, { ...options, alpha: 1.5 }), sparsemax(x, options), hardmax(x)];
    values.forEach((y, k) => {
      const column = seen.shares.map((row) => row[k + 1]);
      expectShown(column, [...y]);
    });
    expect(seen.cells.length).toBe(11 * 11);
    expect(seen.cells[0]).toBe("1.00");
    expect(seen.kept.length).toBe(3);
    expect(seen.drawn).toMatch(/^Draw 1 of seed 7: /);
    expect(seen.story).toMatch(/^[a-z ]{40,}$/);
    const timed = seen.times.filter((row) => /\d×/.test(row));
    expect(timed.length, seen.times.join("\n")).toBeGreaterThanOrEqual(4); // wasm-relaxed may be missing
    expect(timed.at(-1)).toMatch(/^pool\d threads?, /);
  });
}
