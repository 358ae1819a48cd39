/** Pages of photos and PDF: small ones in a row, the part of one that matters with boxes over it, and one as large as the
 *  screen. Used by the student's pages of homework. */
import { type Box, cropAround, WHOLE, within } from "./crop.ts";
import type { FilePictures } from "./filepictures.ts";
import { asApiError } from "./live/fault.ts";
import type { FileView } from "./protocol.ts";
import { byId, fill, make, openDialog, words } from "./ui.ts";

interface Page {
  readonly file: FileView;
  /** From 1. */
  readonly number: number;
}

/** Shows every page of some files as a small picture that opens. */
export function showFiles(list: HTMLElement, files: readonly FileView[], pictures: FilePictures): void {
  const pages = files.flatMap((file) => file.pages.map((_, index) => ({ file, number: index + 1 })));
  list.hidden = pages.length === 0;
  list.replaceChildren(...pages.map((page) => make("li", { className: "thumb" }, thumbnail(page, pictures))));
}

function thumbnail(page: Page, pictures: FilePictures): HTMLElement {
  const picture = make("img", { alt: "" });
  const button = make("button", { type: "button", className: "thumb-open", ariaLabel: nameOf(page) }, picture);
  load(picture, pictures.address(page.file.id, page.number, "thumbnail"));
  button.addEventListener("click", () => openPage(page, [], pictures));
  return button;
}

/** The part of a page around some boxes; a click shows all of it. It is fetched when it comes into sight. */
export function figure(page: Page, boxes: readonly Box[], pictures: FilePictures): HTMLElement {
  const part = cropAround(boxes);
  const size = page.file.pages[page.number - 1] ?? { width: 3, height: 4 };
  const picture = make("img", { alt: "" });
  place(picture, { left: -part.left / part.width, top: -part.top / part.height, width: 1 / part.width, height: 1 / part.height });
  const button = make("button", { type: "button", className: "figure", ariaLabel: nameOf(page) }, picture, ...boxes.map((box) => mark(within(box, part))));
  button.style.aspectRatio = `${size.width * part.width} / ${size.height * part.height}`;
  button.addEventListener("click", () => openPage(page, boxes, pictures));
  whenSeen(button, () => load(picture, pictures.address(page.file.id, page.number)));
  return button;
}

function openPage(page: Page, boxes: readonly Box[], pictures: FilePictures): void {
  const picture = make("img", { alt: nameOf(page) });
  const size = page.file.pages[page.number - 1] ?? { width: 3, height: 4 };
  const frame = make("div", { className: "page-frame" }, picture, ...boxes.map((box) => mark(within(box, WHOLE))));
  frame.style.aspectRatio = `${size.width} / ${size.height}`;
  byId("page-title").textContent = nameOf(page);
  byId("page-body").replaceChildren(frame);
  load(picture, pictures.address(page.file.id, page.number));
  openDialog("page");
}

function mark(box: Box): HTMLElement {
  const element = make("span", { className: "box" });
  place(element, box);
  return element;
}

/** The policy of the pages allows no style attribute, but it allows this. */
function place(element: HTMLElement, { left, top, width, height }: Box): void {
  const percent = (share: number): string => `${share * 100}%`;
  [element.style.left, element.style.top] = [percent(left), percent(top)];
  [element.style.width, element.style.height] = [percent(width), percent(height)];
}

function load(picture: HTMLImageElement, address: Promise<string>): void {
  address.then(
    (found) => (picture.src = found),
    (error: unknown) => void asApiError(error), // the name of the page stays
  );
}

function whenSeen(element: HTMLElement, run: () => void): void {
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    watch.disconnect();
    run();
  }, { rootMargin: "50%" });
  watch.observe(element);
}

function nameOf({ file, number }: Page): string {
  return file.pages.length > 1 ? fill(words.hw_page_of, { name: file.name, n: number }) : file.name;
}
