/**
 * Sessions over HTTP, in JSON.
 *
 *     POST   /sessions             { seed? } -> 201 { id }            503 where no memory is left
 *     POST   /sessions/ID/tokens   { tokens, temperature?, topK?, topP?, minP? } -> 200 { token, prob, length }
 *     DELETE /sessions/ID          -> 204
 *
 * What goes wrong is { error } with 400 (what was asked cannot be), 404, 405, 413 or 503.
 */
import { createServer } from "node:http";
import { Full, Refused } from "./sessions.mjs";

const LONGEST = 1 << 20; // bytes of a request

class Status extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const statusOf = (error) => {
  if (error instanceof Status) return error.status;
  if (error instanceof Full) return 503;
  if (error instanceof Refused) return 400;
  return 500;
};

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length > LONGEST) throw new Status(413, `a request is at most ${LONGEST} bytes`);
  }
  if (text === "") return {};
  try {
    const body = JSON.parse(text);
    if (body !== null && typeof body === "object") return body;
  } catch (error) {
    throw new Status(400, `the request is not JSON: ${error.message}`);
  }
  throw new Status(400, "the request must be an object");
}

/** @returns [status, body] */
async function answer(sessions, request) {
  const { method, url } = request;
  const [, id, tokens] = /^\/sessions(?:\/([^/]+)(\/tokens)?)?$/.exec(url) ?? [undefined, undefined, undefined];
  if (id === undefined && url !== "/sessions") throw new Status(404, `nothing is at ${url}`);
  if (id === undefined && method === "POST") return [201, { id: sessions.open((await bodyOf(request)).seed) }];
  if (id !== undefined && !sessions.has(id)) throw new Status(404, `no session ${id}`);
  if (id !== undefined && tokens === undefined && method === "DELETE") {
    sessions.close(id);
    return [204];
  }
  if (tokens === undefined || method !== "POST") throw new Status(405, `${url} does not take ${method}`);
  const { tokens: read, ...options } = await bodyOf(request);
  if (!sessions.has(id)) throw new Status(404, `no session ${id}`); // ended while the request came in
  return [200, sessions.next(id, read, { temperature: 0, ...options })];
}

/** A server that does not listen yet. */
export function serverOf(sessions) {
  return createServer(async (request, response) => {
    const reply = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
    };
    try {
      reply(...(await answer(sessions, request)));
    } catch (error) {
      if (error.code === "ECONNRESET") return; // the client went away
      const status = statusOf(error);
      if (status === 500) console.error(error); // a fault of the server: its client is not told more
      reply(status, { error: status === 500 ? "the server failed" : error.message });
    }
  });
}
