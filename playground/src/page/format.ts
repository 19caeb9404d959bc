/** Numbers as they are shown. */

/** A probability: four decimals, exact zeros as 0, and small ones not as zeros. */
export function share(p: number): string {
  if (p === 0) return "0";
  if (Number.isNaN(p)) return "NaN";
  return p < 0.00005 ? p.toExponential(1) : p.toFixed(4);
}

export const percent = (p: number, digits = 1): string => `${(100 * p).toFixed(digits)} %`;

/** Any float, in about as many characters; infinities by their sign. */
export function float(x: number, digits = 4): string {
  if (x === Infinity) return "∞";
  if (x === -Infinity) return "−∞";
  if (Number.isNaN(x)) return "NaN";
  const size = Math.abs(x);
  const text = size !== 0 && (size < 1e-4 || size >= 1e6) ? x.toExponential(2) : String(Number(x.toFixed(digits)));
  return text.replace(/^-/, "−");
}

/** Shares of a distribution to its entropy in nats: −Σ p log p. */
export const entropyOf = (shares: ArrayLike<number>): number =>
  Array.from(shares).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);

/** A token with its space and its new line to be seen. */
export const visible = (word: string): string => word.replaceAll("\n", "↵").replace(/^ /, "␣");
