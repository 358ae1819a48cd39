/** Finds the formulas in lines that people type: those between $ signs, and, where it is wanted, plain ones such as
 *  x^2 = 1/2. Without a DOM. Used by written.ts and evidence.ts. */

export interface Piece {
  readonly kind: "text" | "math";
  readonly text: string;
}

const SIGNED = /\$\$([^$]+)\$\$|\$([^$]+)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]/g;
/** The number of a question at the beginning of its line is no factor of what follows. */
const NUMBER = /^\s*[(（]?\d{1,2}(?:[)）、．]|\.(?!\d))\s*/;
const FUNCTION = "sin|cos|tan|cot|log|ln|lg|lim|sqrt|pi";
/** Letters that stand alone, numbers, signs, and names of functions; a word ends the run. */
const RUN = new RegExp(
  `(?:(?<![A-Za-z])(?:${FUNCTION})(?![A-Za-z])|(?<![A-Za-z])[A-Za-z](?![A-Za-z])|[\\d+\\-*/^=<>≤≥≠±×÷·√π°%().,|!\\[\\]（）＋－＝ ]|[\\^_]\\{[^{}]*\\})+`,
  "g",
);
/** What is worth setting: a power, a fraction, a root, a sign of order. Anything else reads as well as it is. */
const WORTH_IT = /[A-Za-z\d)][\^/*]|sqrt|√|<=|>=|!=|[A-Za-z\d)] *[=<>≤≥≠±×÷]/;
const FULL_WIDTH: Readonly<Record<string, string>> = { "（": "(", "）": ")", "＋": "+", "－": "-", "＝": "=" };
/** In this order: a longer sign before the one that it begins with. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/<=|≤/g, "\\le "],
  [/>=|≥/g, "\\ge "],
  [/!=|≠/g, "\\ne "],
  [/\*|×/g, "\\times "],
  [/÷/g, "\\div "],
  [/±/g, "\\pm "],
  [/·/g, "\\cdot "],
  [/°/g, "^{\\circ}"],
  [/%/g, "\\%"],
  [/π|(?<![A-Za-z\\])pi(?![A-Za-z])/g, "\\pi "],
  [/(?<![A-Za-z\\])(sin|cos|tan|cot|log|ln|lg|lim)(?![A-Za-z])/g, "\\$1 "],
];

/** The pieces of one line. @param plain whether formulas without signs are looked for too */
export function pieces(line: string, plain: boolean): Piece[] {
  const number = NUMBER.exec(line)?.[0] ?? "";
  const found: Piece[] = number ? [{ kind: "text", text: number }] : [];
  let from = number.length;
  for (const match of line.matchAll(SIGNED)) {
    found.push(...unsigned(line.slice(from, match.index), plain));
    found.push({ kind: "math", text: (match[1] ?? match[2] ?? match[3] ?? match[4] ?? "").trim() });
    from = match.index + match[0].length;
  }
  found.push(...unsigned(line.slice(from), plain));
  return found;
}

/** Where the formulas between signs stand in a line: their beginnings and ends. */
export function formulasIn(line: string): [number, number][] {
  return [...line.matchAll(SIGNED)].map(({ 0: whole, index }) => [index, index + whole.length]);
}

/** Whether a text has something in it that is set as a formula. */
export function hasMath(text: string): boolean {
  return text.split("\n").some((line) => pieces(line, true).some(({ kind }) => kind === "math"));
}

function unsigned(text: string, plain: boolean): Piece[] {
  if (!plain || !text) return text ? [{ kind: "text", text }] : [];
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(RUN)) {
    // Blanks, and the stop that ends a sentence, stay outside of the formula.
    const [, before = "", run = "", after = ""] = /^([\s.,]*)(.*?)([\s.,]*)$/s.exec(match[0]) ?? [];
    if (!WORTH_IT.test(run) || !isBalanced(run)) continue;
    const words = text.slice(from, match.index) + before;
    if (words) found.push({ kind: "text", text: words });
    found.push({ kind: "math", text: texOf(run) });
    from = match.index + match[0].length - after.length;
  }
  const rest = text.slice(from);
  if (rest) found.push({ kind: "text", text: rest });
  return found;
}

function isBalanced(run: string): boolean {
  let depth = 0;
  for (const sign of run) {
    if (sign === "(" || sign === "（") depth += 1;
    else if (sign === ")" || sign === "）") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** A plain formula as TeX. What may be read in two ways (1/2x) stays as it was typed. */
export function texOf(plain: string): string {
  let tex = plain.replace(/[（）＋－＝]/g, (sign) => FULL_WIDTH[sign] ?? sign);
  tex = tex.replace(/(?:sqrt|√) *\(([^()]*)\)/g, "\\sqrt{$1}").replace(/√ *(\d+(?:\.\d+)?|[A-Za-z])/g, "\\sqrt{$1}");
  tex = tex.replace(/\^ *\(([^()]*)\)/g, "^{$1}").replace(/\^ *(-?\d+|-?[A-Za-z])/g, "^{$1}");
  tex = tex.replace(/(?<![\w)}.^/])\(([^()]*)\) *\/ *\(([^()]*)\)(?![\w(^/])/g, "\\frac{$1}{$2}");
  tex = tex.replace(/(?<![\w)}.^/])\(([^()]*)\) *\/ *(\d+)(?![\w(.^/])/g, "\\frac{$1}{$2}");
  tex = tex.replace(/(?<![\w)}.^/])(\d+) *\/ *(\d+)(?![\w(.^/])/g, "\\frac{$1}{$2}");
  for (const [sign, name] of SIGNS) tex = tex.replace(sign, name);
  return tex.trim();
}
