/** A page may share memory with its workers where these headers say so. Without them it works too, with copies. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default { server: { headers }, preview: { headers } };
