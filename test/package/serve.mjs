// Files over HTTP, for the browsers.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/**
 * @param folder   what is served
 * @param headers  from the first part of the path to the headers of everything below it: { "/strict/": { … } }
 * @returns        the address, without a slash at its end, and how to stop
 */
export async function serve(folder, headers = { "/": {} }) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const prefix = Object.keys(headers).find((start) => pathname.startsWith(start));
    const file = prefix === undefined ? "" : join(folder, normalize(`/${pathname.slice(prefix.length)}`));
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", ...headers[prefix] });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
