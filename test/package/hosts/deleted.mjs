// node --import ./deleted.mjs …        a host without WebAssembly
delete globalThis.WebAssembly;
