/** Only a sampler: samplers/threshold.mjs. */
import { thresholdSample } from "../samplers/threshold.mjs";
import { Unsupported } from "../unsupported.mjs";

export function start() {
  return {
    prepare({ op, options }, { x }) {
      if (op !== "sample") throw new Unsupported("a sampler only");
      if (options.topK !== undefined) throw new Unsupported("it has no topK");
      const draw = (share) => thresholdSample(x, options, share);
      return { call: () => draw(0.618), read: () => draw };
    },
  };
}
