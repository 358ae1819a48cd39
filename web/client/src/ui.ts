/** What every page shares: the data in the page, elements by id, sentences for errors, toasts and dialogs. */
import { ApiError } from "./live/fault.ts";
import type { ConversationView } from "./protocol.ts";
import type { Words } from "./words.ts";

export type Subject = ConversationView["subject"];

interface PageData {
  language: "zh" | "en";
  conversation_id: string | null;
  words: Words;
  subjects: Readonly<Record<Subject, string>>;
  examples: Readonly<Record<Subject, readonly string[]>>;
  errors: Readonly<Record<string, string>>;
  problems: Readonly<Record<string, string>>;
  /** Why an answer is not right, by the code of the reason. */
  reasons: Readonly<Record<string, string>>;
  /** Why a person has to look at an answer, in a sentence, by the code of the flag. */
  flags: Readonly<Record<string, string>>;
}

/** The element with this id, or an error that names it: a template and its script must agree. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found as E;
}

export const data = JSON.parse(byId("page-data").textContent) as PageData;

/** The words of the page in its language. */
export const words = data.words;

/** How the language of the page writes dates and lists. */
export const LOCALE = data.language === "zh" ? "zh-CN" : "en-GB";

/** Puts values into the `{places}` of a word. */
export function fill(text: string, values: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place));
}

/** Several names as one reads them in a row. */
export function inOneLine(names: readonly string[]): string {
  return new Intl.ListFormat(LOCALE).format(names);
}

/** What to tell the reader about an error, in the language of the page. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return sentenceFor("unknown");
  return data.errors[error.code] ? fill(data.errors[error.code] ?? "", error.details) : error.message || sentenceFor("unknown");
}

export function sentenceFor(code: string): string {
  return data.errors[code] ?? data.errors["unknown"] ?? code;
}

/** The first element of a copy of a template. */
export function fromTemplate<E extends HTMLElement = HTMLElement>(id: string): E {
  const copy = byId<HTMLTemplateElement>(id).content.cloneNode(true) as DocumentFragment;
  return copy.firstElementChild as E;
}

/** The element below `root` that matches, or an error that names it. */
export function part<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`Nothing here matches ${selector}`);
  return found;
}

/** Makes an element with properties and children. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  properties: Partial<HTMLElementTagNameMap[T]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Puts a text into an element. What stands there already is not touched, and not said again to those who listen. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** One of the drawings of icons.html. */
export function icon(name: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const TOAST_MS = 4000;
const TICK_MS = 1500;
/** Long enough to change one's mind. */
const OFFER_MS = 9000;

/** Says something on top of the page for a while, with at most one thing to do about it; repeating it shows it once. */
export function toast(text: string, action?: { label: string; run: () => void } | { label: string; href: string }): void {
  const box = make("div", { className: "toast" }, make("span", {}, text));
  if (action && "href" in action) {
    box.append(make("a", { href: action.href, className: "small" }, action.label));
  } else if (action) {
    const button = make("button", { type: "button", className: "small" }, action.label);
    button.addEventListener("click", () => {
      box.remove();
      action.run();
    });
    box.append(button);
  }
  const close = make("button", { type: "button", className: "quiet icon-only", ariaLabel: words.dismiss }, icon("close"));
  close.addEventListener("click", () => box.remove());
  box.append(close);
  for (const shown of byId("toasts").querySelectorAll(".toast")) if (shown.textContent === box.textContent) shown.remove();
  byId("toasts").append(box);
  const stays = action ? OFFER_MS : TOAST_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const leave = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => box.remove(), stays);
  };
  // Nobody reads a page that is hidden.
  if (document.hidden) document.addEventListener("visibilitychange", leave, { once: true });
  else leave();
  // Whoever points at it or tabs into it is still reading.
  for (const stay of ["pointerenter", "focusin"]) box.addEventListener(stay, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) box.addEventListener(go, leave);
}

/** Tells the reader about an error in a toast. */
export function complain(error: unknown): void {
  toast(sentenceOf(error));
}

/** Copies text and says so; the button shows a tick for a moment. */
export async function copy(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast(words.copy_failed); // the browser forbids it, for example without https
    return;
  }
  toast(words.copied);
  part(button, ".icon").replaceWith(icon("check"));
  setTimeout(() => part(button, ".icon").replaceWith(icon("copy")), TICK_MS);
}

/** Opens a dialog of parts.html; `submit` runs at its submit button and returns whether the dialog may close. */
export function openDialog(id: string, submit?: () => Promise<boolean>): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>(id);
  const form = part<HTMLFormElement>(dialog, "form");
  const onsubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void (submit ? busy(form, submit) : Promise.resolve(true)).then((done) => {
      // It may have been closed meanwhile, and be open for something else.
      if (done && form.onsubmit === onsubmit) dialog.close();
    });
  };
  form.onsubmit = onsubmit;
  for (const closer of dialog.querySelectorAll<HTMLElement>("[data-close]")) closer.onclick = () => dialog.close();
  dialog.showModal();
  return dialog;
}

/** Runs work with the form's submit button held, so that nothing is sent twice. */
export async function busy<T>(form: HTMLFormElement, work: () => Promise<T>): Promise<T | false> {
  if (form.ariaBusy === "true") return false;
  form.ariaBusy = "true";
  try {
    return await work();
  } finally {
    form.ariaBusy = null;
  }
}

/** Runs work with a button held, so that it is done once. */
export async function held(button: HTMLElement, work: () => Promise<void>): Promise<void> {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    await work();
  } finally {
    button.ariaBusy = null;
  }
}
