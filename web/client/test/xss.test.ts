/** Hostile answers: whatever a model was talked into writing, the markup holds only the parser's own elements. */
import { describe, expect, test } from "vitest";
import { makeMarkdown } from "../src/parser.ts";

const TAGS = [
  "<script>alert(1)</script>",
  "<ScRiPt src=//evil.example></ScRiPt>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<iframe src=javascript:alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<object data=javascript:alert(1)>",
  "<embed src=javascript:alert(1)>",
  "<body onload=alert(1)>",
  "<math><mtext><img src=x onerror=alert(1)>",
  "<a href=javascript:alert(1)>x</a>",
  "<form action=javascript:alert(1)><button>x</button></form>",
  "<base href=//evil.example>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<link rel=stylesheet href=//evil.example>",
  "<style>@import '//evil.example'</style>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)></video>",
  "<audio src=x onerror=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<marquee onstart=alert(1)>",
  "<textarea><img src=x onerror=alert(1)></textarea>",
  "<noscript><img src=x onerror=alert(1)></noscript>",
  "<template><script>alert(1)</script></template>",
  "<!--<img src=x onerror=alert(1)>-->",
  "<![CDATA[<script>alert(1)</script>]]>",
  "<?xml version='1.0'?><script>alert(1)</script>",
  "<div style=background:url(javascript:alert(1))>",
  "<x onclick=alert(1)>x</x>",
  "<img/src=`x`/onerror=alert(1)>",
  "<<script>alert(1)//<</script>",
  "<script\n>alert(1)</script\n>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)&#60;/script&#62;",
  "<p id=x name=y class=z>x</p>",
  "<form id=cookie><input name=body></form>",
  "\u0000<script>alert(1)</script>",
  "<a\u0009href=java\u0009script:alert(1)>x</a>",
];
const ADDRESSES = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "javascript&#58;alert(1)",
  "javascript&colon;alert(1)",
  "&#x6A;avascript:alert(1)",
  "\u0001javascript:alert(1)",
  "java%0ascript:alert(1)",
  "vbscript:msgbox(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD4=",
  "data:image/svg+xml,<svg onload=alert(1)>",
  "file:///etc/passwd",
  "blob:https://a.org/1",
  "filesystem:https://a.org/x",
  "//evil.example",
  "/api/v1/auth/logout",
  "#x",
  "x.html",
  "about:blank",
  "view-source:https://a.org",
  "https:javascript:alert(1)",
  "\\javascript:alert(1)",
  "intent://x#Intent;end",
  "ws://evil.example",
  "chrome://settings",
  "jar:https://a.org!/x",
];
const CORPUS = [
  ...TAGS,
  ...ADDRESSES.flatMap((address) => [`[x](${address})`, `![x](${address})`, `[x](<${address}>)`, `<${address}>`]),
  ...TAGS.flatMap((tag) => [
    `$${tag}$`,
    `$$\n${tag}\n$$`,
    `\`${tag}\``,
    `\`\`\`python\n${tag}\n\`\`\``,
    `\`\`\`${tag}\nx\n\`\`\``,
    `| ${tag} |\n|---|\n| ${tag} |`,
  ]),
  '[x](https://a.org/"onmouseover="alert(1))',
  "[x](https://a.org 'x\" onmouseover=\"alert(1)')",
  '!["onerror="alert(1)](https://a.org)',
  "[x](https://a.org/'><script>alert(1)</script>)",
  '```python" onmouseover="alert(1)\nx\n```',
  '```x" class="y\nx\n```',
  "$\\href{javascript:alert(1)}{x}$",
  "$\\includegraphics{https://evil.example/x.png}$",
  "$\\htmlStyle{position:fixed}{x}$",
  '$"><img src=x onerror=alert(1)>$',
  "\\(<img src=x onerror=alert(1)>\\)",
  '|a|\n|:--" onclick=alert(1) :|\n|b|',
  "[<img src=x onerror=alert(1)>](https://a.org)",
  '<https://a.org/"onclick=alert(1)>',
];

const OWN_TAG =
  /^<\/?(?:p|br|hr|h[1-6]|strong|em|s|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a|span|div)(?=[ >])/;
const OWN_ATTRIBUTES =
  /^<\/?[a-z0-9]+(?: (?:class="[\w+# -]*"|start="\d+"|tabindex="0"|data-display="1"|title="[^"<>]*"|target="_blank"|rel="noopener noreferrer nofollow"|href="(?:https?:\/\/|mailto:)[^"<>\s]*"))*>$/;

describe("a hostile answer", () => {
  const md = makeMarkdown();

  test("is tried in many ways", () => {
    expect(CORPUS.length).toBeGreaterThan(300);
  });

  test.each([false, true])("gives only our own elements and attributes (open: %s)", (open) => {
    for (const payload of CORPUS) {
      for (const text of [payload, `- ${payload}`, `> **${payload}`, `word ${payload} word`]) {
        const html = md.render(text, { open });
        for (const tag of html.match(/<[^>]*>?/g) ?? []) {
          expect(tag, text).toMatch(OWN_TAG);
          expect(tag, text).toMatch(OWN_ATTRIBUTES);
        }
      }
    }
  });
});
