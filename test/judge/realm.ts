/** Another realm, whose arrays are not instances of ours: a frame in a page, a context of node:vm elsewhere. */
type Realm = Pick<
  typeof globalThis,
  "Array" | "ArrayBuffer" | "Float32Array" | "Float64Array" | "Uint8Array" | "Uint16Array" | "Uint32Array" | "Object"
> & {
  WebAssembly: typeof WebAssembly;
};

function frame(): Realm {
  const element = document.createElement("iframe");
  document.body.append(element);
  return element.contentWindow as unknown as Realm;
}

async function context(): Promise<Realm> {
  const { runInNewContext } = await import("node:vm");
  return runInNewContext(
    "({ Array, ArrayBuffer, Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Object, WebAssembly })",
  );
}

export const foreign: Realm = typeof document === "undefined" ? await context() : frame();
