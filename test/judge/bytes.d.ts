/** A file's bytes: the plugin in vitest.config.ts. */
declare module "*?bytes" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
