/** Finds quoted words in a student's text, so that the page can mark them. Pure; used by workpane.ts. */

/** Words that points rest on. `start` counts characters (not UTF-16 units) before them, null when it is not known. */
export interface Quote {
  readonly quote: string;
  readonly start: number | null;
  /** Where to say whose evidence it is. */
  readonly key: string;
}

/** A stretch of the text with the keys of the quotes that it belongs to, in their order. */
export interface Stretch {
  readonly text: string;
  readonly keys: readonly string[];
}

/** The text cut at the ends of all quotes that occur in it; overlapping quotes share stretches. */
export function stretches(text: string, quotes: readonly Quote[]): Stretch[] {
  const letters = [...text];
  const spans = quotes.flatMap((quote) => {
    const at = place(letters, quote);
    return at === null ? [] : [{ key: quote.key, start: at, end: at + [...quote.quote].length }];
  });
  const cuts = [...new Set([0, letters.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1]!;
    const keys = spans.filter((span) => span.start <= start && span.end >= end).map(({ key }) => key);
    return { text: letters.slice(start, end).join(""), keys };
  });
}

/** Where the quote stands: where it says, if it does, else where it occurs first; null when it does not occur. */
function place(letters: readonly string[], { quote, start }: Quote): number | null {
  const wanted = [...quote];
  if (wanted.length === 0) return null;
  const isAt = (at: number): boolean => wanted.every((letter, index) => letters[at + index] === letter);
  if (start !== null && isAt(start)) return start;
  for (let at = 0; at + wanted.length <= letters.length; at += 1) if (isAt(at)) return at;
  return null;
}
