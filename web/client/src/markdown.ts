/** Markdown with formulas into safe elements. */

/** Shows a whole, final text in place of what `root` holds. */
export declare function renderInto(root: HTMLElement, text: string): void;
