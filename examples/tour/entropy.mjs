/** H = -Σ p·log p in nats; a p of exactly 0 adds nothing. */
export function entropy(p, logP) {
  let h = 0;
  for (let j = 0; j < p.length; j++) if (p[j] > 0) h -= p[j] * logP[j];
  return h;
}
