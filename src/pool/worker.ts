/** A worker's side: it answers messages, and computes units with a runtime of its own. */
import { reasonOf } from "../check";
import { partsOf } from "../parts";
import type { Runtime } from "../runtime";
import type { TypedArray } from "../typedArray";
import type { Arrays } from "./arrays";
import { type Computer, compute } from "./compute";
import { Control } from "./control";
import type { Copied, FromWorker, Start, ToWorker, Work } from "./messages";
import { stagedView } from "./staging";
import { piecesOf } from "./task";

type Post = (message: FromWorker, transfer: readonly ArrayBufferLike[]) => void;

/** @param create  createRuntime @returns what is to be done with each message */
export function answering(
  create: (options: Pick<Start, "backend" | "heapBytes" | "module">) => Runtime,
  post: Post,
): (message: ToWorker) => void {
  let computer: Computer;
  let control: Control | undefined;
  let member = 0;

  function start(message: Start): void {
    const { backend, heapBytes, module } = message;
    const runtime = create(module === undefined ? { backend, heapBytes, module } : { backend, heapBytes, module });
    computer = { runtime, parts: partsOf(runtime) };
    member = message.member;
    control = message.control && new Control(message.control, message.members);
  }

  function work({ run, end, task, arrays, staging, places, first, quiet }: Work): void {
    control?.work(run, member, end, (unit) => {
      const [from, to] = piecesOf(task, unit);
      for (let piece = from; piece < to; piece++) {
        compute(computer, task, piece, arrays, (name, region) =>
          staging === undefined ? undefined : stagedView(task, staging, places, piece - first, name, region),
        );
      }
    });
    if (!quiet) post({ type: "left", run }, []);
  }

  function copied({ unit, task, copies }: Copied): void {
    const [first] = piecesOf(task, unit);
    let failed = false;
    try {
      for (const [i, copy] of copies.entries()) compute(computer, task, first + i, copy, (name) => copy[name]);
    } catch {
      failed = true; // the calling thread does this unit once more: it gets the error, or the result
    }
    const buffers = copies.flatMap((copy: Arrays) => Object.values(copy).map((array: TypedArray) => array.buffer));
    post({ type: "copied", unit, failed, copies }, buffers);
  }

  return (message) => {
    if (message.type === "work") work(message);
    else if (message.type === "copied") copied(message);
    else {
      try {
        start(message);
        post({ type: "ready" }, []);
      } catch (error) {
        post({ type: "failed", reason: reasonOf(error) }, []);
      }
    }
  };
}
