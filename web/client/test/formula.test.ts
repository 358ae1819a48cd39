import { describe, expect, test } from "vitest";
import { type FormulaNode, formulaTree } from "../src/formula.ts";

const nodes = (tree: FormulaNode): FormulaNode[] => [tree, ...(tree.children ?? []).flatMap(nodes)];

describe("a formula", () => {
  test.each([
    String.raw`\vec{a}`,
    String.raw`\pmb{x}`,
    String.raw`\fcolorbox{red}{blue}{x}`,
    String.raw`\oiint x`,
    String.raw`\ce{2H2 + O2 -> 2H2O}`,
    String.raw`\begin{aligned}a&=b\\c&=d\end{aligned}`,
    String.raw`\sqrt{\frac{x}{y}}`,
    String.raw`\overrightarrow{AB}`,
    "面积",
    String.raw`\unknown{x} + 1`,
    String.raw`\textcolor{red}{x}`,
    String.raw`\htmlStyle{position:fixed}{x}`,
    String.raw`\underbrace{x}_{n}`,
  ])("%s has no style attribute", (tex) => {
    for (const display of [false, true]) {
      const tree = formulaTree(tex, display);
      expect(tree).not.toBeNull();
      expect(nodes(tree!).filter((node) => node.attributes?.["style"] !== undefined)).toEqual([]);
    }
  });

  test.each([String.raw`\frac{1`, "x^", String.raw`\begin{aligned}x`, "}", String.raw`\def\a{\a\a}\a`])(
    "%s with a fault is none",
    (tex) => {
      expect(formulaTree(tex, false)).toBeNull();
    },
  );

  test("reaches no address and adds no element of its own", () => {
    const tex = String.raw`\href{javascript:alert(1)}{x}\url{https://a.org}\includegraphics{https://a.org/x.png}\htmlId{top}{y}`;
    const attributes = nodes(formulaTree(tex, false)!).flatMap((node) => Object.keys(node.attributes ?? {}));
    expect(attributes.filter((name) => ["href", "src", "id"].includes(name))).toEqual([]);
  });

  test.each([
    [String.raw`2\left(x - 3\right)`, "2(x - 3)"],
    [String.raw`\left(2 \cdot x\right)^{2}`, String.raw`(2 \cdot x)^{2}`],
    [String.raw`\left(\frac{1}{2}\right)^{2}`, String.raw`\left(\frac{1}{2}\right)^{2}`],
    [String.raw`\left(f\left(x\right)\right)`, String.raw`\left(f(x)\right)`],
  ])("%s is set as %s", (tex, same) => {
    const shape = (text: string) => nodes(formulaTree(text, true)!).map((node) => (node.classes ?? []).join(" "));
    expect(shape(tex)).toEqual(shape(same));
  });
});
