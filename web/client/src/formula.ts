/** One formula as KaTeX's own tree of elements, made fit for pages that allow no style attribute.
 *  Used by typeset.ts. */
import katex, { type KatexOptions } from "katex";
import "katex/contrib/mhchem";

/** What is used of KaTeX's tree. Its `style` is written through the object model, which the policy of the pages allows;
 *  an attribute named style is not. */
export interface FormulaNode {
  readonly children?: readonly FormulaNode[];
  readonly classes?: readonly string[];
  readonly attributes?: Record<string, string>;
  toNode(): HTMLElement | SVGElement;
}

/** KaTeX has this for callers who want the tree, but does not declare it. */
const { __renderToDomTree: render } = katex as unknown as {
  __renderToDomTree(tex: string, options: KatexOptions): FormulaNode;
};

const FLAT_BRACKETS = /\\left\(((?:[^\\()[\]{}^&]|\\(?:cdot|times|div|pi|[,;: ])(?![a-zA-Z]))*)\\right\)/g;

/** The formula; null when it has a fault that leaves nothing to show. An unknown command is shown red in its place. */
export function formulaTree(tex: string, displayMode: boolean): FormulaNode | null {
  const limits = { trust: false, maxSize: 20, maxExpand: 500, strict: "ignore" } as const;
  const tree = render(tight(tex), { displayMode, output: "htmlAndMathml", throwOnError: false, ...limits });
  if (tree.classes?.includes("katex-error")) return null;
  moveStyles(tree);
  return tree;
}

/** Brackets around something flat need not grow, and then stand as close as they do in a book: 2(x − 3), not 2 (x − 3). */
function tight(tex: string): string {
  return tex.replace(FLAT_BRACKETS, "($1)");
}

/** Arrows over letters, frames and bold by shadow carry a style attribute: it becomes a style of the element. */
function moveStyles(node: FormulaNode): void {
  const style = node.attributes?.["style"];
  if (style !== undefined) {
    const bare = node.toNode.bind(node);
    delete node.attributes?.["style"];
    node.toNode = () => {
      const element = bare();
      element.style.cssText = style;
      return element;
    };
  }
  for (const child of node.children ?? []) moveStyles(child);
}
