/** Shows what people typed, line by line, with its formulas set. It is never read as Markdown: 2*3*4 has no emphasis.
 *  Used by the pages of homework. */
import "./styles/written.css";
import { pieces } from "./mathtext.ts";
import { typeset } from "./typeset.ts";
import { make } from "./ui.ts";

/** @param plain whether formulas without $ signs are set too */
export function writeInto(root: HTMLElement, text: string, plain = false): void {
  const shown = text.split("\n").map((line) => make("p", { className: "line" }, ...nodesOf(line, plain)));
  root.replaceChildren(...shown);
  typeset(root);
}

/** One line among other words of it. */
export function inline(text: string, plain = false): HTMLElement {
  const place = make("span", {}, ...nodesOf(text, plain));
  typeset(place);
  return place;
}

/** One formula, set. */
export function formulaOf(tex: string): HTMLElement {
  const place = make("span", {}, make("span", { className: "math" }, tex));
  typeset(place);
  return place;
}

function nodesOf(line: string, plain: boolean): (Node | string)[] {
  return pieces(line, plain).map(({ kind, text }) => (kind === "math" ? make("span", { className: "math" }, text) : text));
}
