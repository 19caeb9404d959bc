/** How many times as long TensorFlow.js takes as this package for a softmax where both keep their arrays in their own memory. */
import { median } from "../rounds.mjs";

const PEER = "tensorflow-resident";
const LEAST = { "wasm-relaxed": 1.5, wasm: 1.06 };

/** @returns work, node, backend, ratio: the median over rounds; least: what it is to be */
export function residentRatios(results) {
  return results
    .filter(({ contender, rounds }) => contender === PEER && rounds !== undefined)
    .flatMap(({ work, node, group, rounds: peer }) =>
      Object.entries(LEAST).flatMap(([backend, least]) => {
        const own = results.find(
          (r) => r.contender === `own-${backend}-resident` && r.work === work && r.node === node && r.rounds,
        );
        if (own === undefined || group !== "softmax") return [];
        const rounds = Math.min(peer.length, own.rounds.length);
        const ratios = Array.from({ length: rounds }, (_, r) => peer[r] / own.rounds[r]);
        return [{ work, node, backend, ratio: median(ratios), least }];
      }),
    );
}
