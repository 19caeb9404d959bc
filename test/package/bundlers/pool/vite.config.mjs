/** What lets a page share memory. */
export default {
  server: {
    headers: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  },
};
