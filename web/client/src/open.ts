/** markdown-it rules for text that is still arriving (`env.open`): what is not closed yet is shown as if it were, or
 *  held back, so that what the reader sees only grows. They act on the end of the text alone. Used by parser.ts. */
import type { MarkdownIt, StateBlock, StateCore, StateInline } from "markdown-it";
import type { RenderEnv } from "./math.ts";

/** A last line that may still become a heading, a rule, a list, a fence, a table or a formula. */
const UNDECIDED_LINE = /(^|\n)[ >]*(?:[-=*_+#>|`~:\\$[]{1,3}|[-=*_]+|\d{1,9}[.)]?)[ \t]*$/;
/** Signs at the end whose meaning depends on the next character. */
const UNDECIDED_SIGNS = /(?:[*_~`$\\]+|!?\[|!)$/;
/** `[words`, `[words]` or `[words](address` up to the end. */
const UNCLOSED_LINK = /^!?\[((?:\\.|[^[\]\\])*)(?:\](?:\([^()]*)?)?$/;
const TILDE = 0x7e;

export function openRules(md: MarkdownIt): void {
  md.core.ruler.before("block", "open_line", holdBackLine);
  md.core.ruler.before("inline", "open_tail", findTail);
  md.block.ruler.before("table", "open_table", holdBackTable, { alt: ["paragraph"] });
  md.inline.ruler.before("backticks", "open_code", closeCode);
  md.inline.ruler.before("link", "open_link", closeLink);
  md.inline.ruler2.after("balance_pairs", "open_emphasis", closeEmphasis);
}

function isOpen(state: { env: unknown }): boolean {
  return (state.env as RenderEnv).open === true;
}

function isTail(state: StateInline): boolean {
  return isOpen(state) && (state.env as RenderEnv).tail === state.tokens;
}

function holdBackLine(state: StateCore): void {
  if (isOpen(state)) state.src = state.src.replace(UNDECIDED_LINE, "$1");
}

function findTail(state: StateCore): void {
  if (!isOpen(state)) return;
  const last = state.tokens.filter((token) => token.nesting >= 0).at(-1);
  // The parser fills a row up with empty cells: the text ends in the one before them.
  const runs = last?.type === "inline" ? state.tokens.filter(({ type, content }) => type === "inline" && content) : [];
  const tail = runs.at(-1);
  if (tail) tail.content = tail.content.replace(UNDECIDED_SIGNS, "");
  (state.env as RenderEnv).tail = tail?.children;
}

/** A table's head is no paragraph: it waits for the line under it. */
function holdBackTable(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (!isOpen(state) || startLine + 2 < endLine || endLine !== state.lineMax) return false;
  const line = (at: number): string => state.src.slice(state.bMarks[at]! + state.tShift[at]!, state.eMarks[at]!);
  if (!line(startLine).startsWith("|")) return false;
  const hasRule = startLine + 1 < endLine;
  if (hasRule && (state.src.endsWith("\n") || !/^[\s|:-]*$/.test(line(startLine + 1)))) return false;
  if (!silent) state.line = endLine;
  return true;
}

function closeCode(state: StateInline, silent: boolean): boolean {
  if (!isTail(state) || state.src[state.pos] !== "`") return false;
  const text = state.src.slice(state.pos, state.posMax);
  const markup = /^`+/.exec(text)![0];
  const code = text.slice(markup.length);
  if (code.match(/`+/g)?.some((run) => run.length === markup.length)) return false;
  if (!silent) {
    const token = state.push("code_inline", "code", 0);
    token.markup = markup;
    token.content = code.replace(/`+$/, "");
  }
  state.pos = state.posMax;
  return true;
}

/** Of a link or picture whose address has not come to its end, the words are shown. */
function closeLink(state: StateInline, silent: boolean): boolean {
  if (!isTail(state)) return false;
  const match = UNCLOSED_LINK.exec(state.src.slice(state.pos, state.posMax));
  if (!match) return false;
  const end = state.posMax;
  if (!silent) {
    state.pos += state.src[state.pos] === "!" ? 2 : 1;
    state.posMax = state.pos + match[1]!.length;
    state.md.inline.tokenize(state);
    state.posMax = end;
  }
  state.pos = end;
  return true;
}

function closeEmphasis(state: StateInline): boolean {
  if (!isTail(state)) return false;
  for (let at = state.delimiters.length - 1; at >= 0; at -= 1) {
    const opener = state.delimiters[at]!;
    if (!opener.open || opener.end >= 0) continue;
    const sign = String.fromCharCode(opener.marker);
    state.push("text", "", 0).content = opener.marker === TILDE ? sign + sign : sign;
    opener.end = state.delimiters.length;
    state.delimiters.push({ ...opener, token: state.tokens.length - 1, end: -1, open: false, close: true });
  }
  return false;
}
