/** The Markdown of lessons as markup, without a DOM: no HTML, no pictures from elsewhere, no style attribute, formulas as
 *  elements to be set later. Used by markdown.ts and stream.ts. */
import Markdown, { type MarkdownIt, type Token } from "markdown-it";
import { highlight } from "./highlight.ts";
import { mathRules, type RenderEnv } from "./math.ts";
import { openRules } from "./open.ts";

const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:)/i;

export function makeMarkdown(): MarkdownIt {
  const md = new Markdown({ html: false, linkify: false, breaks: false, typographer: false });
  md.disable("reference"); // a later definition must not change what is shown already
  md.validateLink = (address) => SAFE_ADDRESS.test(address.trim());
  md.use(mathRules).use(openRules).use(tableRules).use(linkRules).use(codeRules);
  return md;
}

/** Alignment by class, because the policy of the pages allows no style attribute; a wide table scrolls by itself. */
function tableRules(md: MarkdownIt): void {
  for (const cell of ["th_open", "td_open"]) {
    md.renderer.rules[cell] = (tokens, at, options, _env, self) => {
      const token = tokens[at]!;
      const align = /text-align:(left|center|right)/.exec(String(token.attrGet("style")))?.[1];
      token.attrs = align ? [["class", `align-${align}`]] : null;
      return self.renderToken(tokens, at, options);
    };
  }
  md.renderer.rules["table_open"] = () => '<div class="table-scroll" tabindex="0"><table>\n';
  md.renderer.rules["table_close"] = () => "</table></div>\n";
}

/** Links open beside the lesson. A picture becomes a link to it: loading it would tell a stranger who reads this. */
function linkRules(md: MarkdownIt): void {
  const outward = 'target="_blank" rel="noopener noreferrer nofollow"';
  const escape = md.utils.escapeHtml;
  md.renderer.rules["link_open"] = (tokens, at) => {
    const title = tokens[at]!.attrGet("title");
    const said = title ? ` title="${escape(String(title))}"` : "";
    return `<a href="${escape(String(tokens[at]!.attrGet("href")))}"${said} ${outward}>`;
  };
  md.renderer.rules["image"] = (tokens, at, options, env, self) => {
    const { children } = tokens[at]!;
    const source = String(tokens[at]!.attrGet("src"));
    const words = escape(self.renderInlineAsText(children ?? [], options, env) || source);
    return isInLink(tokens, at) ? words : `<a href="${escape(source)}" ${outward}>${words}</a>`;
  };
}

function isInLink(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (const { type } of tokens.slice(0, at)) depth += Number(type === "link_open") - Number(type === "link_close");
  return depth > 0;
}

/** Colours come when the code is complete, so that they do not flicker while it is written. */
function codeRules(md: MarkdownIt): void {
  md.renderer.rules["fence"] = (tokens, at, _options, env) => {
    const { content, info } = tokens[at]!;
    const language = /^[\w+#-]{1,20}/.exec(info.trim())?.[0].toLowerCase() ?? "";
    const coloured = (env as RenderEnv).open ? null : highlight(content, language);
    const named = language ? ` class="language-${language}"` : "";
    return `<pre tabindex="0"><code${named}>${coloured ?? md.utils.escapeHtml(content)}</code></pre>\n`;
  };
  md.renderer.rules["code_block"] = (tokens, at) =>
    `<pre tabindex="0"><code>${md.utils.escapeHtml(tokens[at]!.content)}</code></pre>\n`;
}
