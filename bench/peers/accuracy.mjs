/** The worst error of each contender over lengths and ranges, held against float64. */
import { opened } from "./race.mjs";

const OPS = ["softmax", "logSoftmax", "logSumExp"];

/** Whether an error is larger than the largest so far; NaN is the largest of all. */
const larger = (error, most) => !Number.isNaN(most) && !(error <= most);

/** All works of one contender. @returns the worst of each op, or why it does not run */
async function ofContender({ contender, ask, broken }, works) {
  const worst = Object.fromEntries(OPS.map((op) => [op, { error: 0, ofBound: 0, sumError: 0 }]));
  for (const work of works) {
    const so = worst[work.op];
    if ("failed" in so || "unsupported" in so) continue;
    const answer = broken ?? (await ask("prepare", work));
    if ("value" in answer) {
      const { error, ofBound, sumError } = answer.value;
      if (larger(error, so.error)) Object.assign(so, { error, at: `${work.cols}, ${work.range}` });
      if (larger(ofBound, so.ofBound)) so.ofBound = ofBound;
      if (larger(sumError, so.sumError)) so.sumError = sumError;
      await ask("end");
    } else worst[work.op] = answer;
  }
  return OPS.map((op) => ({ contender: contender.id, op, ...worst[op] }));
}

/** Nothing is timed: all at once. @returns for each contender and op the worst error, and at which length and range */
export async function accuracy(contenders, works, binary) {
  console.error("accuracy");
  const runners = await opened(contenders, binary);
  try {
    return (await Promise.all(runners.map((runner) => ofContender(runner, works)))).flat();
  } finally {
    for (const { close } of runners) close();
  }
}
