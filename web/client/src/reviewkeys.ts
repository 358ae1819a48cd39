/** What the keys do on the page of a review, and when they are letters of a text instead. Used by reviewpage.ts. */

export type Deed =
  | "next_question" | "previous_question" | "next_criterion" | "previous_criterion"
  | "accept" | "accept_all" | "comment" | "points"
  | "next" | "previous" | "release" | "bigger" | "smaller" | "help";

const DEEDS: Readonly<Record<string, Deed>> = {
  j: "next_question",
  k: "previous_question",
  l: "next_criterion",
  h: "previous_criterion",
  a: "accept",
  A: "accept_all",
  c: "comment",
  e: "points",
  n: "next",
  p: "previous",
  r: "release",
  "+": "bigger",
  "-": "smaller",
  "?": "help",
};

/** What a pressed key asks for; a number stands for so many points. Null when it is none of ours, or belongs to a text,
 *  to a choice or to the browser. */
export function deedOf(event: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "isComposing">, writing: boolean): Deed | number | null {
  if (writing || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return null;
  if (/^\d$/.test(event.key)) return Number(event.key);
  return DEEDS[event.key] ?? null;
}

const FIELDS = "input, textarea, select, [contenteditable], dialog[open]";

/** Whether keys go into a text or a choice there. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}
