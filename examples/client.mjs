/**
 * node examples/client.mjs [URL]
 *
 * Talks to server.mjs and checks what it says: two sessions whose requests alternate get what each gets alone, and a server without
 * memory for a further session says so, and goes on. Without the address of a server it starts one in this process, on a free
 * port, with a small model of random weights and little memory. Ends with 1 if the server is wrong.
 */
import { once } from "node:events";
import { createRuntime } from "softmax-wasm";
import { Llama } from "./llama/llama.mjs";
import { randomCheckpoint } from "./llama/randomCheckpoint.mjs";
import { serverOf } from "./server/http.mjs";
import { Sessions } from "./server/sessions.mjs";

const TOKENS = 24; // drawn for each text
const SAMPLING = { temperature: 0.8, topP: 0.95 };
const PROMPTS = { A: [1, 5, 9, 13], B: [1, 77, 30] };
const MOST = 10_000; // sessions to open before memory must have run out

async function ownServer() {
  const model = new Llama(randomCheckpoint(), createRuntime({ heapBytes: 2 << 20 }));
  const server = serverOf(new Sessions(model));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const own = process.argv[2] === undefined ? await ownServer() : undefined;
const address = own === undefined ? process.argv[2].replace(/\/$/, "") : `http://127.0.0.1:${own.address().port}`;

async function ask(method, path, body) {
  const response = await fetch(address + path, { method, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, ...(text === "" ? {} : JSON.parse(text)) };
}

async function expectStatus(expected, ...request) {
  const answer = await ask(...request);
  if (answer.status !== expected) throw new Error(`${request[0]} ${request[1]}: ${answer.status}, ${answer.error}`);
  return answer;
}

const SEED = 7; // of each session's draws: the same again for the same seed
const open = async () => (await expectStatus(201, "POST", "/sessions", { seed: SEED })).id;
const close = (id) => expectStatus(204, "DELETE", `/sessions/${id}`);

/** A text that goes on by a token a step: the prompt is sent once, then each token that was drawn. */
async function text(prompt) {
  const id = await open();
  const steps = []; // tokens with their probabilities
  return {
    steps,
    async step() {
      const tokens = steps.length === 0 ? prompt : [steps.at(-1).token];
      const { token, prob } = await expectStatus(200, "POST", `/sessions/${id}/tokens`, { tokens, ...SAMPLING });
      steps.push({ token, prob });
    },
    close: () => close(id),
  };
}

async function alone(prompt) {
  const one = await text(prompt);
  for (let i = 0; i < TOKENS; i++) await one.step();
  await one.close();
  return one.steps;
}

async function alternating(prompts) {
  const texts = [];
  for (const prompt of prompts) texts.push(await text(prompt));
  for (let i = 0; i < TOKENS; i++) for (const one of texts) await one.step();
  for (const one of texts) await one.close();
  return texts.map(({ steps }) => steps);
}

/** Opens sessions until the server has no memory left. @returns how many it had, and what it said */
async function fill() {
  const ids = [];
  let refusal;
  while (refusal === undefined && ids.length < MOST) {
    const { status, id, error } = await ask("POST", "/sessions");
    if (status === 201) ids.push(id);
    else if (status === 503) refusal = error;
    else throw new Error(`POST /sessions: ${status}, ${error}`);
  }
  if (refusal === undefined) throw new Error(`${MOST} sessions opened, and the server never said that it is full`);
  await close(ids.pop());
  ids.push(await open()); // memory of the one that ended
  for (const id of ids) await close(id);
  return { count: ids.length, refusal };
}

let wrong = 0;
function report(right, what) {
  console.log(`${right ? "right" : "WRONG"}  ${what}`);
  if (!right) wrong++;
}

const show = (steps) => steps.map(({ token }) => token).join(" ");
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b); // probabilities included, to the last bit

async function check() {
  const a = await alone(PROMPTS.A);
  const b = await alone(PROMPTS.B);
  console.log("Tokens are shown as numbers: a model of random weights has no words.\n");
  console.log(`text A after ${PROMPTS.A.join(" ")}:  ${show(a)}`);
  console.log(`text B after ${PROMPTS.B.join(" ")}:  ${show(b)}\n`);
  const [withB, withA] = await alternating([PROMPTS.A, PROMPTS.B]);
  report(!same(a, b), "A and B are different texts");
  report(same(withB, a), `${TOKENS} tokens of A are the same, with their probabilities, when B's come in between`);
  report(same(withA, b), `${TOKENS} tokens of B are the same, with their probabilities, when A's come in between`);

  const id = await open();
  const { error } = await expectStatus(400, "POST", `/sessions/${id}/tokens`, { tokens: [1], topP: 2 });
  report(/topP/.test(error), `a wrong option is refused: ${error}`);
  const { length } = await expectStatus(200, "POST", `/sessions/${id}/tokens`, { tokens: [1], ...SAMPLING });
  report(length === 1, "and the session is as it was before");
  await close(id);

  const { count, refusal } = await fill();
  report(count >= 2, `${count} sessions fit; the next one is refused with 503: ${refusal}`);
  report(same(await alone(PROMPTS.A), a), "the server goes on: A is the same once more");
}

try {
  await check();
} catch (error) {
  const reason = error.cause?.message; // of a fetch that reached nobody
  console.error(`client.mjs: ${reason ? `${reason}. Start a server first: node examples/server.mjs` : error.message}`);
  wrong++;
} finally {
  own?.close();
}
if (wrong > 0) process.exitCode = 1;
