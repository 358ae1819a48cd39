/** Where the words that points rest on stand in an answer, and which line of it went wrong. Without a DOM. Used by
 *  resultcard.ts. */
import { formulasIn } from "./mathtext.ts";
import type { EvidenceView } from "./protocol.ts";

/** A part of a line; `marked` when points rest on it. */
export interface Stretch {
  readonly text: string;
  readonly marked: boolean;
}

export interface AnswerLine {
  readonly stretches: readonly Stretch[];
  /** The first line that does not follow from the one before. */
  readonly wrong: boolean;
}

/** The answer in lines, with the quotes marked.
 *  @param wrongLine counts the lines that are not empty, from 1 */
export function linesOf(answer: string, quotes: readonly Pick<EvidenceView, "quote" | "start">[], wrongLine: number | null): AnswerLine[] {
  const letters = [...answer]; // the server counts characters, not UTF-16 units
  const marks = marksOf(letters, quotes);
  const lines: AnswerLine[] = [];
  let number = 0;
  for (let from = 0; from <= letters.length; ) {
    const end = letters.indexOf("\n", from);
    const to = end < 0 ? letters.length : end;
    const isFilled = letters.slice(from, to).some((letter) => letter.trim() !== "");
    if (isFilled) number += 1;
    lines.push({ stretches: stretchesOf(letters, marks, from, to), wrong: isFilled && number === wrongLine });
    from = to + 1;
  }
  return lines;
}

/** For every character whether it is in a quote. */
function marksOf(letters: readonly string[], quotes: readonly Pick<EvidenceView, "quote" | "start">[]): boolean[] {
  const marks = letters.map(() => false);
  for (const { quote, start } of quotes) {
    const wanted = [...quote];
    const at = start !== null && isAt(letters, wanted, start) ? start : find(letters, wanted);
    if (at >= 0) marks.fill(true, at, at + wanted.length);
  }
  return wholeFormulas(letters, marks);
}

/** A formula is set whole, so it is marked whole. */
function wholeFormulas(letters: readonly string[], marks: boolean[]): boolean[] {
  let at = 0;
  for (const line of letters.join("").split("\n")) {
    for (const units of formulasIn(line)) {
      const [from, to] = units.map((unit) => at + [...line.slice(0, unit)].length) as [number, number];
      if (marks.slice(from, to).some(Boolean)) marks.fill(true, from, to);
    }
    at += [...line].length + 1;
  }
  return marks;
}

function find(letters: readonly string[], wanted: readonly string[]): number {
  if (wanted.length === 0) return -1;
  return letters.findIndex((_, at) => isAt(letters, wanted, at));
}

function isAt(letters: readonly string[], wanted: readonly string[], at: number): boolean {
  return wanted.length > 0 && wanted.every((letter, index) => letters[at + index] === letter);
}

function stretchesOf(letters: readonly string[], marks: readonly boolean[], from: number, to: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = from; at < to; ) {
    let end = at;
    while (end < to && marks[end] === marks[at]) end += 1;
    stretches.push({ text: letters.slice(at, end).join(""), marked: marks[at] === true });
    at = end;
  }
  return stretches;
}
