/** A draft without a model: what the text said where its last tokens stood before. */

/** How many last tokens are looked for. With two, more is drafted and a smaller part of it is accepted. */
const LENGTH = 3;

/**
 * Looks for the last three tokens further up in the text. What followed there, the last time, is proposed again. Where that
 * reaches the end of the text it goes on with the draft itself: a text that repeats itself is drafted on.
 *
 * @param {number[]} text
 * @param {number} count  how many tokens to propose
 * @returns {number[]}    as many, or none where the three are new
 */
export function draftAfter(text, count) {
  const last = text.slice(-LENGTH);
  for (let next = text.length - 1; next >= LENGTH; next--) {
    if (!last.every((token, i) => token === text[next - LENGTH + i])) continue;
    const drafted = [];
    for (let i = next; drafted.length < count; i++) {
      drafted.push(i < text.length ? text[i] : drafted[i - text.length]);
    }
    return drafted;
  }
  return [];
}
