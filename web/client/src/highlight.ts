/** Colours for code in the languages that lessons use. Gives markup, never touches elements. Used by parser.ts. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import xml from "highlight.js/lib/languages/xml";

const LONGEST = 20_000;

for (const [name, language] of Object.entries({ bash, cpp, java, javascript, json, python, xml }))
  hljs.registerLanguage(name, language);
hljs.registerAliases(["c", "h"], { languageName: "cpp" });
hljs.registerAliases(["ts", "typescript"], { languageName: "javascript" });

/** The code as escaped markup with colour classes; null when the language is not known or the code very long. */
export function highlight(code: string, language: string): string | null {
  if (!language || code.length > LONGEST || !hljs.getLanguage(language)) return null;
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
