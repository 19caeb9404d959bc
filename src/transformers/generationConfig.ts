/** A generation_config of transformers.js: the fields of it that are read, and what they say about the next token. */
import {
  checkBoolean,
  checkCount,
  checkFraction,
  checkNumber,
  checkTemperature,
  refuseValue,
  type TokenList,
} from "../check";
import { checkObject, ownFields } from "../options";
import { Bans } from "./bans";

/** The fields of a generation_config that decide which token is drawn; null is the default, other fields are not read. */
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
  /** Once for each distinct token of the text, the prompt included: x > 0 ? x / r : x * r; finite and > 0; default 1. */
  repetition_penalty?: number | null;
  /** Sequences of tokens: the last one is banned where the text ends with all before it, that of a single token always. */
  bad_words_ids?: readonly TokenList[] | null;
  /** Tokens that are banned everywhere. */
  suppress_tokens?: TokenList | null;
  /** Tokens that are banned as the first one after the prompt; asks for the option promptLength. */
  begin_suppress_tokens?: TokenList | null;
  /** No sequence of this many tokens occurs twice in the text; 0 is off; default 0. */
  no_repeat_ngram_size?: number | null;
  /** eos_token_id is banned in a text of fewer tokens than this, the prompt included; default 0. */
  min_length?: number | null;
  /** The same, but the prompt does not count; asks for the option promptLength; default 0. */
  min_new_tokens?: number | null;
  /** The token or tokens that min_length and min_new_tokens ban; not read without them. */
  eos_token_id?: number | bigint | TokenList | null;
}

/** What a generation_config says, checked. */
export interface Settings {
  /** As `sample` takes it. */
  readonly law: { temperature: number; topK: number | undefined; topP: number; minP: number };
  readonly repetition: number;
  readonly bans: Bans;
  /** A field that cannot do without the text so far, if one is in use. */
  readonly reads: string | undefined;
}

/** Each field read once. Fields that are not the sampler's are ignored: a generation_config has many. */
export function readConfig(fn: string, config: GenerationConfig): GenerationConfig {
  checkObject(fn, "generation_config", config);
  return ownFields(fn, config, {
    do_sample: config.do_sample,
    temperature: config.temperature,
    top_k: config.top_k,
    top_p: config.top_p,
    min_p: config.min_p,
    num_beams: config.num_beams,
    repetition_penalty: config.repetition_penalty,
    bad_words_ids: config.bad_words_ids,
    suppress_tokens: config.suppress_tokens,
    begin_suppress_tokens: config.begin_suppress_tokens,
    no_repeat_ngram_size: config.no_repeat_ngram_size,
    min_length: config.min_length,
    min_new_tokens: config.min_new_tokens,
    eos_token_id: config.eos_token_id,
  });
}

function checkLaw(fn: string, config: GenerationConfig): Settings["law"] {
  const doSample = config.do_sample ?? true;
  checkBoolean(fn, "do_sample", doSample);
  const temperature = checkTemperature(fn, config.temperature ?? 1);
  const topK = config.top_k === null ? 0 : (config.top_k ?? 50);
  checkCount(fn, "top_k", topK, 0, "0 or null keeps every token");
  const topP = config.top_p ?? 1;
  checkFraction(fn, "top_p", topP, false, "1 or null keeps every token");
  const minP = config.min_p ?? 0;
  checkFraction(fn, "min_p", minP, true, "0 or null keeps every token");
  const beams = config.num_beams ?? 1;
  checkNumber(fn, "num_beams", beams);
  if (beams !== 1) refuseValue(fn, "num_beams", "1", beams);
  return { temperature: doSample ? temperature : 0, topK: topK === 0 ? undefined : topK, topP, minP };
}

function checkRepetition(fn: string, repetition: number): number {
  checkNumber(fn, "repetition_penalty", repetition);
  if (!(repetition > 0 && repetition < Infinity)) {
    refuseValue(fn, "repetition_penalty", "a finite number > 0 (1 or null changes nothing)", repetition);
  }
  return repetition;
}

/** @param promptLength  how many tokens of each text are the prompt, if it is known */
export function checkConfig(fn: string, config: GenerationConfig, promptLength: number | undefined): Settings {
  const law = checkLaw(fn, config);
  const repetition = checkRepetition(fn, config.repetition_penalty ?? 1);
  const bans = new Bans(fn, config, promptLength);
  return { law, repetition, bans, reads: repetition !== 1 ? "repetition_penalty" : bans.reads };
}
