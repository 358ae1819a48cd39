/** Markdown with formulas into safe elements. Used by stream.ts, and by pages that show a finished text. */
import DOMPurify from "dompurify";
import { makeMarkdown } from "./parser.ts";
import { typeset } from "./typeset.ts";

const ALLOWED = {
  RETURN_DOM_FRAGMENT: true as const,
  ALLOWED_TAGS: [
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "span",
    "div",
  ],
  ALLOWED_ATTR: ["href", "title", "class", "start", "target", "rel", "tabindex", "data-display"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  // Not addresses: without this the rule above would be asked about their values too.
  ADD_URI_SAFE_ATTR: ["start", "target", "rel", "tabindex", "data-display"],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
};

export const markdown = makeMarkdown();

/** Safe elements from the parser's markup: the second lock behind a parser that writes no HTML of others. */
export function elements(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, ALLOWED);
}

/** Shows a whole, final text in place of what `root` holds. */
export function renderInto(root: HTMLElement, text: string): void {
  const shown = elements(markdown.render(text, {}));
  typeset(shown);
  root.replaceChildren(shown);
}
