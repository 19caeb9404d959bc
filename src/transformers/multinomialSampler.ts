import {
  checkBoolean,
  checkCount,
  checkFraction,
  checkFunction,
  checkNumber,
  checkTemperature,
  isFloat32Array,
  isList,
  kind,
  refuseType,
  refuseValue,
} from "../check";
import { type SampleOptions, type SampleResult, sample } from "../index";
import { checkObject, ownFields, ownOptions } from "../options";
import { bufferOf, lengthOf, offsetOf } from "../typedArray";

/** The fields of a generation_config that decide how a token is drawn; null is the default, other fields are not read. */
export interface GenerationConfig {
  /** false takes the first maximum; default true. */
  do_sample?: boolean | null;
  /** Logits are divided by it; finite and >= 0; 0 takes the first maximum; default 1. */
  temperature?: number | null;
  /** Only this many of the most probable tokens; 0 and null are off; default 50, as in transformers.js. */
  top_k?: number | null;
  /** Only the smallest set of the most probable tokens that has this share; in (0, 1]; default 1. transformers.js ignores it. */
  top_p?: number | null;
  /** Only tokens at least this times as probable as the most probable one; in [0, 1]; default 0. transformers.js ignores it. */
  min_p?: number | null;
  /** 1: beams are not searched here. */
  num_beams?: number | null;
}

/** Options of multinomialSampler that are no fields of a generation_config. */
export interface SamplerOptions {
  /** A number in [0, 1), asked for once for each token; default Math.random. */
  random?: () => number;
  /** Told of each token that is drawn, and in which row of the batch: generate() gives no log-probabilities out. */
  onSample?: (token: SampleResult, row: number) => void;
}

/** The fields of a Tensor of transformers.js that are read. */
export interface LogitsTensor {
  /** Sizes of the axes, the vocabulary last. */
  readonly dims: readonly number[];
  /** A Float32Array: the logits, row-major. */
  readonly data: unknown;
}

/** A LogitsProcessor for generate(), and the sampling step alone. */
export interface MultinomialSampler {
  /**
   * The call that generate() makes: draws a token for each row, then masks every other logit, in place. The token's logit becomes
   * 0, the rest -Infinity, so that any sampler after it chooses that token.
   *
   * @param input_ids  not read
   * @param logits     of dims [batch, vocabulary]
   * @returns          logits
   */
  <T extends LogitsTensor>(input_ids: unknown, logits: T): T;
  /** The same function: transformers.js's type of a LogitsProcessor has it under this name too. */
  _call<T extends LogitsTensor>(input_ids: unknown, logits: T): T;
  /**
   * Draws a token from one row and changes nothing.
   *
   * @param logits  of dims [vocabulary], or with sizes of 1 before it
   * @returns       what transformers.js's sampler resolves to: one pair of the token's id and the logarithm of its probability
   *                among the tokens it was drawn from
   */
  sample(logits: LogitsTensor): [id: bigint, score: number][];
}

const MULTINOMIAL_SAMPLER = "multinomialSampler";

/** Each field read once. Fields that are not the sampler's are ignored: a generation_config has many. */
function readConfig(config: GenerationConfig): GenerationConfig {
  checkObject(MULTINOMIAL_SAMPLER, "generation_config", config);
  return ownFields(MULTINOMIAL_SAMPLER, config, {
    do_sample: config.do_sample,
    temperature: config.temperature,
    top_k: config.top_k,
    top_p: config.top_p,
    min_p: config.min_p,
    num_beams: config.num_beams,
  });
}

/** A copy of dims, and the product, NaN where an element is no size. Each element is read once: it may be a getter. */
function sizesOf(dims: readonly number[]): { sizes: number[]; product: number } {
  const sizes: number[] = [];
  const rank = dims.length;
  let product = rank > 0 ? 1 : Number.NaN;
  for (let i = 0; i < rank; i++) {
    const size = dims[i];
    sizes.push(size);
    product *= Number.isInteger(size) && size >= 1 ? size : Number.NaN;
  }
  return { sizes, product };
}

/** The rows of logits, as arrays of ours over their memory; checked before the first is drawn from. */
function rowsOf(logits: LogitsTensor): { rows: Float32Array[]; sizes: number[] } {
  if (typeof logits !== "object" || logits === null) {
    refuseType(MULTINOMIAL_SAMPLER, "logits", "a Tensor", kind(logits));
  }
  const { dims, data } = logits;
  if (!isList(dims)) refuseType(MULTINOMIAL_SAMPLER, "logits.dims", "an array of sizes", kind(dims));
  if (!isFloat32Array(data)) refuseType(MULTINOMIAL_SAMPLER, "logits.data", "a Float32Array", kind(data));
  const { sizes, product } = sizesOf(dims);
  const length = lengthOf(data);
  if (product !== length) {
    const expected = `sizes >= 1 whose product is logits.data.length = ${length}`;
    refuseValue(MULTINOMIAL_SAMPLER, "logits.dims", expected, `[${sizes.join(", ")}]`);
  }
  const vocabulary = sizes[sizes.length - 1];
  const buffer = bufferOf(data);
  const offset = offsetOf(data);
  const rows: Float32Array[] = [];
  for (let at = 0; at < length; at += vocabulary) rows.push(new Float32Array(buffer, offset + 4 * at, vocabulary));
  return { rows, sizes };
}

/** How a token is drawn, as `sample` takes it. */
function checkConfig(config: GenerationConfig): SampleOptions {
  const doSample = config.do_sample ?? true;
  checkBoolean(MULTINOMIAL_SAMPLER, "do_sample", doSample);
  const temperature = checkTemperature(MULTINOMIAL_SAMPLER, config.temperature ?? 1);
  const topK = config.top_k === null ? 0 : (config.top_k ?? 50);
  checkCount(MULTINOMIAL_SAMPLER, "top_k", topK, 0, "0 or null keeps every token");
  const topP = config.top_p ?? 1;
  checkFraction(MULTINOMIAL_SAMPLER, "top_p", topP, false, "1 or null keeps every token");
  const minP = config.min_p ?? 0;
  checkFraction(MULTINOMIAL_SAMPLER, "min_p", minP, true, "0 or null keeps every token");
  const beams = config.num_beams ?? 1;
  checkNumber(MULTINOMIAL_SAMPLER, "num_beams", beams);
  if (beams !== 1) refuseValue(MULTINOMIAL_SAMPLER, "num_beams", "1", beams);
  return { temperature: doSample ? temperature : 0, topK: topK === 0 ? undefined : topK, topP, minP };
}

/**
 * The multinomial sampling step of transformers.js, by softmax-wasm's `sample`: no copy and no sort of the vocabulary, and top_p and
 * min_p count.
 *
 * transformers.js does not let its sampler be replaced, but generate() takes LogitsProcessors and calls them last. This one draws a
 * token and masks all others, so that greedy decoding must take it. So pass `do_sample: false` to generate(), and temperature, top_k
 * and top_p here; with do_sample: true the temperature would be applied by both.
 *
 * @param generation_config  do_sample, temperature, top_k, top_p, min_p: read now, and not again
 * @param options            random, onSample
 * @returns                  a function to push to generate()'s logits_processor; its `sample` draws one token
 * @throws {TypeError}  a field or option is not of the type it must be; later, logits that are not a Tensor of float32
 * @throws {RangeError} a field is out of its range, num_beams is not 1; later, what sample does not draw from: NaN, nothing
 *                      above -Infinity
 * @example
 * import { multinomialSampler } from "softmax-wasm/transformers";
 * const sampler = multinomialSampler({ temperature: 0.7, top_k: 0, top_p: 0.95 });
 * const logits_processor = new LogitsProcessorList(); // of transformers.js
 * logits_processor.push(sampler);
 * await model.generate({ ...inputs, do_sample: false, logits_processor });
 * const [[id, score]] = sampler.sample(logits); // in a loop of one's own
 */
export function multinomialSampler(
  generation_config: GenerationConfig | null = {},
  options: SamplerOptions = {},
): MultinomialSampler {
  const config = readConfig(generation_config ?? {});
  checkObject(MULTINOMIAL_SAMPLER, "options", options);
  const { random, onSample } = ownOptions(MULTINOMIAL_SAMPLER, options, {
    random: options.random,
    onSample: options.onSample,
  });
  const drawn = checkConfig(config);
  if (random !== undefined) checkFunction(MULTINOMIAL_SAMPLER, "random", random);
  if (onSample !== undefined) checkFunction(MULTINOMIAL_SAMPLER, "onSample", onSample);
  const how: SampleOptions = { ...drawn, random };

  function choose<T extends LogitsTensor>(_input_ids: unknown, logits: T): T {
    const { rows } = rowsOf(logits);
    const tokens = rows.map((row) => sample(row, how)); // all of them before anything is written
    tokens.forEach(({ index }, r) => {
      rows[r].fill(-Infinity);
      rows[r][index] = 0;
    });
    tokens.forEach((token, r) => onSample?.(token, r));
    return logits;
  }

  return Object.assign(choose, {
    _call: choose,
    sample(logits: LogitsTensor): [bigint, number][] {
      const { rows, sizes } = rowsOf(logits);
      if (rows.length !== 1) {
        refuseValue(MULTINOMIAL_SAMPLER, "logits", "one row", `${rows.length} (dims [${sizes.join(", ")}])`);
      }
      const token = sample(rows[0], how);
      onSample?.(token, 0);
      return [[BigInt(token.index), Math.log(token.prob)]];
    },
  });
}
