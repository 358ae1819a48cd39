/** Sets formulas in elements that the parser made for them. Used by markdown.ts and stream.ts. */
import "katex/dist/katex.min.css";
import { formulaTree } from "./formula.ts";

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

function made(tex: string, displayMode: boolean): Node {
  const tree = formulaTree(tex, displayMode);
  if (tree) return tree.toNode();
  const code = document.createElement("code");
  code.className = "tex";
  code.textContent = tex;
  return code;
}
