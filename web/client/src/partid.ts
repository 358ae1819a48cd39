/** Ids of questions and criteria. They stay when a question is changed or moved, and are never given again. */

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 8;

/** A fresh id that begins with a letter: "q4k2m9xw1". */
export function partId(first: "q" | "c"): string {
  return first + Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}
