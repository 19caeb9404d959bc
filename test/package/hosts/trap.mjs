// node --import ./trap.mjs …        a host in which even looking at WebAssembly throws
Object.defineProperty(globalThis, "WebAssembly", {
  get() {
    throw new Error("looked at WebAssembly");
  },
});
