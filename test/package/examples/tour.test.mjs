/** The tour: its chapters, all or by name. */
import { describe, expect, it } from "vitest";
import { printed, refusal } from "./run.mjs";

describe("tour.mjs", () => {
  it("tells all chapters, in order", () => {
    const text = printed("tour.mjs");
    const sections = [...text.matchAll(/^(\d+)\. (.+)$/gm)];
    expect(sections.map(([, number]) => Number(number))).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
    expect(text).toMatch(/^ {2}softmax +0\.0900 +0\.2447 +0\.6652 +1\.0000$/m);
    expect(text).toContain("Once upon a time, there was a little girl named Lily.");
    expect(text).toMatch(/^ {2}worst \|sum of a row - 1\| +\d\.\de-[78] /m);
    expect(text).toMatch(/^ {2}hardmax +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3} /m); // ns a float
    expect(text).not.toContain("undefined");
    const isMachine = (line) => line.includes(process.version); // its processor's name may be of any length
    expect(text.split("\n").filter((line) => line.length > 100 && !isMachine(line))).toEqual([]); // columns of a terminal
  });

  it("tells the chapters that are named, with words instead of token numbers", () => {
    const text = printed("tour.mjs", ["sampling", "temperature"]);
    const titles = [...text.matchAll(/^\d+\. (.+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['The next token after "One day, she saw a big, red ball"', "Temperature"]);
    expect(text).toMatch(/^ {2}" with" +10\.375 +-1\.8770 +0\.1530 /m);
  });

  it("lists the chapters where a name is none of them", () => {
    const said = refusal("tour.mjs", ["nosuch"]);
    expect(said).toContain('no chapter "nosuch"');
    for (const name of ["softmax", "attention", "sampling", "speed"])
      expect(said).toMatch(new RegExp(`^ {2}${name} `, "m"));
    refusal("tour.mjs", ["toString"]);
  });
});
