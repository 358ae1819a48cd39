/** The Markdown of lessons, at the level of markup: no DOM. */
import { describe, expect, test } from "vitest";
import { finalBlocks } from "../src/blocks.ts";
import type { RenderEnv } from "../src/math.ts";
import { makeMarkdown } from "../src/parser.ts";
import { LESSON } from "./lesson.ts";

const md = makeMarkdown();
const render = (text: string, env: RenderEnv = {}): string => md.render(text, env);
/** What the reader sees as words: neither formulas nor code. */
const words = (html: string): string =>
  html.replace(/<(span|div) class="math"[^>]*>[^<]*<\/\1>|<code[^>]*>[^]*?<\/code>/g, "⟦⟧").replace(/<[^>]*>/g, "");
const RAW_TEX = /\\[a-zA-Z]{2,}|\$\$|\\\[|\\\(|\\\]|\\\)/;

describe("while an answer arrives", () => {
  test("no prefix of it shows raw TeX", () => {
    for (let end = 1; end <= LESSON.length; end += 1) {
      const text = LESSON.slice(0, end);
      const html = render(text, { open: true });
      expect(words(html), `…${text.slice(-40)}`).not.toMatch(RAW_TEX);
      expect(html, `…${text.slice(-40)}`).not.toContain('class="tex"');
    }
  });

  test("no prefix of it shows raw TeX when it is cut there for good", () => {
    for (let end = 1; end <= LESSON.length; end += 1) {
      const text = LESSON.slice(0, end);
      expect(words(render(text)).replace(/\\\w*$|\$+\s*$/, ""), `…${text.slice(-40)}`).not.toMatch(RAW_TEX);
    }
  });

  test("what is shown only grows, but for a few signs at the end", () => {
    const final = words(render(LESSON)).replace(/\s/g, "");
    let wrong = 0;
    for (let end = 1; end <= LESSON.length; end += 1) {
      const shown = words(render(LESSON.slice(0, end), { open: true })).replace(/\s/g, "");
      if (!final.startsWith(shown.replace(/⟦⟧$/, ""))) wrong += 1;
    }
    expect(wrong / LESSON.length).toBeLessThan(0.01);
  });

  test.each([1, 2, 7, 50, 400, 5000])(
    "block by block, %i characters at a time, gives the markup of the whole",
    (size) => {
      let html = "";
      let done = 0;
      for (let end = size; end < LESSON.length + size; end += size) {
        const blocks = finalBlocks(md, LESSON.slice(done, end));
        html += blocks?.html ?? "";
        done += blocks?.length ?? 0;
      }
      expect(html + render(LESSON.slice(done))).toBe(render(LESSON));
      expect(done).toBeGreaterThan(LESSON.length * 0.8);
    },
  );

  test.each([
    ["a formula", "so $x^2", '<p>so <span class="math-pending"></span></p>\n'],
    ["a bracket formula", "so \\(x^2", '<p>so <span class="math-pending"></span></p>\n'],
    ["a display formula", "so\n\n$$\nx^2\n", '<p>so</p>\n<div class="math-pending"></div>'],
    ["bold words", "be **care", "<p>be <strong>care</strong></p>\n"],
    ["code", "call `f(x", "<p>call <code>f(x</code></p>\n"],
    ["a link", "see [the *book](https://exa", "<p>see the <em>book</em></p>\n"],
    ["a table's head", "| a | b |\n|--", ""],
    ["a list sign", "words\n\n-", "<p>words</p>\n"],
    ["a price", "it costs $5 for", "<p>it costs $5 for</p>\n"],
  ])("%s without its end is no raw text", (_name, text, html) => {
    expect(render(text, { open: true })).toBe(html);
  });

  test("a formula without its end in a cell that is not the last is held back", () => {
    const html = render("|a|b|\n|-|-|\n|$x", { open: true });
    expect(html).toContain('<td><span class="math-pending"></span></td>\n<td></td>');
  });

  test("an earlier stray dollar sign hides nothing", () => {
    expect(render("- about $x or so\n- second", { open: true })).toContain("about $x or so");
  });
});

describe("a formula", () => {
  test.each([
    ["$x$", '<span class="math">x</span>'],
    ["\\(x\\)", '<span class="math">x</span>'],
    ["is $$x$$ here", '<span class="math" data-display="1">x</span>'],
    ["\\[x\\]", '<div class="math" data-display="1">x</div>'],
    ["$$\nx\n$$", '<div class="math" data-display="1">x</div>'],
    ["$a<b$", '<span class="math">a&lt;b</span>'],
    ["$x\\$y$", '<span class="math">x\\$y</span>'],
    ["价格$x$元", '<span class="math">x</span>'],
    ["words\n$$\nx\n$$", '<div class="math" data-display="1">x</div>'],
    ["> $$\n> x\n> $$", '<div class="math" data-display="1">x</div>'],
  ])("%j is one", (text, html) => {
    expect(render(text)).toContain(html);
  });

  test.each(["$5 and $6", "\\$3.50", "a $ b $ c", "`$x$`", "$20元，那本$30", "$5 for `x$`", "    $x$"])(
    "%j is none",
    (text) => {
      expect(render(text)).not.toContain("math");
    },
  );

  test("keeps the words after its last line", () => {
    expect(render("$$\nx\n$$, so we are done.")).toBe(
      '<div class="math" data-display="1">x</div><p>, so we are done.</p>\n',
    );
  });

  test.each([
    ["so $\\frac{1}{2", '<p>so <code class="tex">\\frac{1}{2</code></p>\n'],
    ["so \\(x+1", '<p>so <code class="tex">x+1</code></p>\n'],
    ["so\n\n$$\n\\int_0^1 x", '<p>so</p>\n<pre tabindex="0"><code class="tex">\\int_0^1 x</code></pre>\n'],
    ["\\[\nx\n\nwords", '<pre tabindex="0"><code class="tex">x</code></pre>\n<p>words</p>\n'],
  ])("%j, cut at the end, is code", (text, html) => {
    expect(render(text)).toBe(html);
  });

  test("that is lost never pairs with a later one", () => {
    expect(render("$$\nx\n\nwords\n\n$$\ny\n$$")).toContain('<p>words</p>\n<div class="math" data-display="1">y</div>');
  });
});

describe("the rest", () => {
  test("cells are aligned by class", () => {
    expect(render("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|")).toContain(
      '<tr>\n<td class="align-left">1</td>\n<td class="align-center">2</td>\n<td class="align-right">3</td>\n<td>4</td>\n</tr>',
    );
  });

  test("links open beside the lesson", () => {
    expect(render("[a](https://example.org/?a=1&b=2 't')")).toBe(
      '<p><a href="https://example.org/?a=1&amp;b=2" title="t" target="_blank" rel="noopener noreferrer nofollow">a</a></p>\n',
    );
  });

  test.each([
    ["![a map](https://example.org/map.png)", ">a map</a>"],
    ["![](https://example.org/map.png)", ">https://example.org/map.png</a>"],
  ])("a picture %j becomes a link", (text, html) => {
    expect(render(text)).toContain(html);
    expect(render(text)).not.toContain("<img");
  });

  test("a picture in a link becomes the link's words", () => {
    expect(render("[![map](https://a.org/m.png)](https://a.org)").match(/<a /g)).toHaveLength(1);
  });

  test.each(["python", "javascript", "cpp", "c", "java", "json", "xml", "html", "bash", "sh", "ts"])(
    "%s has colours",
    (language) => {
      expect(render("```" + language + '\nif "a" <b> 1 // true\n```')).toContain("hljs-");
    },
  );

  test("code has no colours before it is complete, and none in an unknown language", () => {
    expect(render("```python\nx = 'a'", { open: true })).not.toContain("hljs-");
    expect(render("```klingon\nx = 'a'\n```")).toBe(
      '<pre tabindex="0"><code class="language-klingon">x = \'a\'\n</code></pre>\n',
    );
  });

  test("a definition at the end changes no earlier link", () => {
    expect(render("[a]\n\n[a]: https://example.org")).not.toContain("<a ");
  });
});
