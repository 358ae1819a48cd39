/** Sets formulas in elements that the parser made for them. Used by markdown.ts and stream.ts. */
import "katex/dist/katex.min.css";
import katex from "katex";
import "katex/contrib/mhchem";

const MOST_KEPT = 500;
/** Finished formulas by their text: the open block is drawn again and again. */
const kept = new Map<string, Node>();

/** Sets every formula under `root` that is not set yet; `data-tex` then holds its text. */
export function typeset(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>(".math:not([data-tex])")) {
    const tex = place.textContent ?? "";
    const display = place.dataset["display"] === "1";
    place.dataset["tex"] = tex;
    place.replaceChildren(formula(tex, display));
  }
}

function formula(tex: string, display: boolean): Node {
  const key = `${display ? "display" : "inline"}:${tex}`;
  const node = kept.get(key) ?? made(tex, display);
  kept.delete(key);
  kept.set(key, node); // the last used one is the last to go
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return node.cloneNode(true);
}

/** `katex.render` writes styles through the object model, which the policy of the pages allows; its markup and its own
 *  error message carry style attributes, which it does not. So a formula with a fault is shown as code. */
function made(tex: string, displayMode: boolean): Node {
  const place = document.createElement("span");
  const limits = { trust: false, maxSize: 20, maxExpand: 500, strict: "ignore" } as const;
  try {
    katex.render(tex, place, { displayMode, output: "htmlAndMathml", throwOnError: true, ...limits });
    if (place.firstChild) return place.firstChild;
  } catch (error) {
    if (!(error instanceof katex.ParseError)) throw error;
  }
  const code = document.createElement("code");
  code.className = "tex";
  code.textContent = tex;
  return code;
}
