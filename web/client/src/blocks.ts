/** Finds the part of an arriving text that no later character can change. Used by stream.ts. */
import type { MarkdownIt, Token } from "markdown-it";

export interface FinalBlocks {
  html: string;
  /** How many characters of the text they are. */
  length: number;
}

/** The blocks of the complete lines, without the last one, which may still grow; null when there is none. */
export function finalBlocks(md: MarkdownIt, text: string): FinalBlocks | null {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1);
  const tokens = md.parse(lines, { open: true });
  const last = tokens.filter(startsBlock).at(-1)?.map?.[0];
  const cut = tokens.findIndex((token) => startsBlock(token) && token.map?.[0] === last);
  if (last === undefined || cut <= 0) return null;
  return { html: md.renderer.render(tokens.slice(0, cut), md.options, {}), length: offsetOfLine(lines, last) };
}

function startsBlock(token: Token): boolean {
  return token.level === 0 && token.nesting >= 0 && token.map !== null;
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let passed = 0; passed < line; passed += 1) at = text.indexOf("\n", at) + 1;
  return at;
}
