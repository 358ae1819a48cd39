/** markdown-it rules for formulas: $…$, $$…$$, \(…\) and \[…\]. A formula whose end has not come is held back while
 *  its text is still arriving (`math_pending`); one whose end never came is shown as code (`math_cut`).
 *  Used by parser.ts. */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

/** What the rules know of the text beside its characters. */
export type RenderEnv = {
  /** More text may follow. */
  open?: boolean;
  /** The tokens of the inline run that the text ends in, when it is open; set by open.ts. */
  tail?: unknown;
};

interface Delimiters {
  readonly open: string;
  readonly close: string;
  readonly display: boolean;
}

type Kind = "math" | "math_pending" | "math_cut";

const INLINE: readonly Delimiters[] = [
  { open: "$$", close: "$$", display: true },
  { open: "$", close: "$", display: false },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
];
const BLOCK = INLINE.filter(({ display }) => display);

/** An opening dollar sign is more often a price when no end comes for so many characters. */
const LONGEST_WITHOUT_COMMAND = 120;
const PRICE = /^\d[\d.,]*(?:\s|\p{Script=Han}|$)/u;
const COMMAND = /\\[A-Za-z]+|[_^]\{/;

export function mathRules(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "math", inlineMath);
  md.block.ruler.before("fence", "math_block", blockMath, { alt: ["paragraph", "blockquote", "list"] });
  const escape = md.utils.escapeHtml;
  md.renderer.rules["math"] = (tokens, at) => {
    const { content, block, meta } = tokens[at]!;
    const tag = block ? "div" : "span";
    return `<${tag} class="math"${meta?.display ? ' data-display="1"' : ""}>${escape(content)}</${tag}>`;
  };
  md.renderer.rules["math_pending"] = (tokens, at) => {
    const tag = tokens[at]!.block ? "div" : "span";
    return `<${tag} class="math-pending"></${tag}>`;
  };
  md.renderer.rules["math_cut"] = (tokens, at) => {
    const { content, block } = tokens[at]!;
    const code = `<code class="tex">${escape(content)}</code>`;
    return block ? `<pre tabindex="0">${code}</pre>\n` : code;
  };
}

function inlineMath(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const sign = INLINE.find(({ open }) => src.startsWith(open, pos));
  if (!sign || pos + sign.open.length > posMax) return false;
  const start = pos + sign.open.length;
  const end = closing(src.slice(0, posMax), start, sign);
  const content = src.slice(start, end ?? posMax);
  const kind = end === null ? unclosed(content, sign, state) : "math";
  if (kind === null || (kind === "math" && !isFormula(content, sign, src[(end ?? 0) + 1]))) return false;
  if (!silent && content.trim()) {
    const token = state.push(kind, "", 0);
    token.content = content.trim();
    token.meta = { display: sign.display };
  }
  state.pos = end === null ? posMax : end + sign.close.length;
  return true;
}

/** Where the closing sign is; a sign after an odd number of backslashes belongs to the formula. */
function closing(text: string, start: number, { close }: Delimiters): number | null {
  for (let at = text.indexOf(close, start); at >= 0; at = text.indexOf(close, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\" && at - 1 - backslashes >= start) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return null;
}

/** Pandoc's rule for single dollar signs: no space inside them, no digit after. Code between two prices is none. */
function isFormula(content: string, { open }: Delimiters, after = ""): boolean {
  return open !== "$" || (/^\S(?:[^`]*[^\s`])?$/.test(content) && !/\d/.test(after));
}

function unclosed(rest: string, { open }: Delimiters, state: StateInline): Kind | null {
  const env = state.env as RenderEnv;
  const growing = env.open === true && env.tail === state.tokens;
  if (open !== "$") return growing ? "math_pending" : "math_cut";
  if (/^\s/.test(rest) || (PRICE.test(rest) && rest !== "")) return null;
  const command = COMMAND.test(rest);
  if (growing) return command || rest.length <= LONGEST_WITHOUT_COMMAND ? "math_pending" : null;
  return command ? "math_cut" : null;
}

function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const line = (at: number): string => state.src.slice(state.bMarks[at]! + state.tShift[at]!, state.eMarks[at]!);
  const head = line(startLine);
  const sign = BLOCK.find(({ open }) => head.startsWith(open));
  if (!sign) return false;
  const lines = [head.slice(sign.open.length)];
  let end = closing(lines[0]!, 0, sign);
  if (end !== null && lines[0]!.slice(end + sign.close.length).trim()) return false; // words follow: an inline formula
  let next = startLine;
  // A blank line ends the search, so that a lost sign never pairs with one of a later formula.
  while (end === null && next + 1 < endLine && (line(next + 1).trim() || !lines.some((one) => one.trim()))) {
    next += 1;
    lines.push(line(next));
    end = closing(lines.at(-1)!, 0, sign);
  }
  if (silent) return true;
  const rest =
    end === null
      ? ""
      : lines
          .at(-1)!
          .slice(end + sign.close.length)
          .trim();
  if (end !== null) lines.push(lines.pop()!.slice(0, end));
  const growing = (state.env as RenderEnv).open === true && !state.src.slice(state.eMarks[next]!).trim();
  const content = lines.join("\n").trim();
  state.line = next + 1;
  if (content || growing) {
    const token = state.push(end !== null ? "math" : growing ? "math_pending" : "math_cut", "", 0);
    token.block = true;
    token.content = content;
    token.map = [startLine, state.line];
    token.meta = { display: true };
  }
  if (rest) paragraph(state, rest, next);
  return true;
}

function paragraph(state: StateBlock, content: string, line: number): void {
  state.push("paragraph_open", "p", 1).map = [line, line + 1];
  const words = state.push("inline", "", 0);
  words.content = content;
  words.map = [line, line + 1];
  words.children = [];
  state.push("paragraph_close", "p", -1);
}
