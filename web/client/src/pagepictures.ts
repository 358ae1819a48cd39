/** The photos and pages of a submission, larger and smaller, with boxes where points have their evidence. Used by
 *  workpane.ts. */
import type { FilePictures } from "./filepictures.ts";
import type { FileView, PlaceView } from "./protocol.ts";
import { fill, make, words } from "./ui.ts";

/** A box, and whose it is: the key of a question or of a criterion. */
export interface Box {
  readonly key: string;
  readonly place: PlaceView;
  readonly name: string;
}

/** All pages of the files, one below the other. */
export function pagesOf(files: readonly FileView[], boxes: readonly Box[], pictures: FilePictures): HTMLElement[] {
  return files.flatMap((file, index) =>
    file.pages.map(({ width, height }, at) => {
      const page = at + 1;
      const alt = fill(words.mark_page, { n: index + 1, page, name: file.name });
      const img = make("img", { alt, width, height });
      const sheet = make("div", { className: "sheet" }, img);
      sheet.append(...boxes.filter(({ place }) => place.file_id === file.id && place.page === page).map(boxOf));
      const caption = make("figcaption", {}, alt);
      pictures.address(file.id, page).then((address) => (img.src = address)).catch(() => caption.append(` · ${words.mark_page_lost}`));
      return make("figure", { className: "page" }, sheet, caption);
    }),
  );
}

function boxOf({ key, place, name }: Box): HTMLElement {
  const box = make("span", { className: "box", title: name });
  box.dataset["key"] = key;
  box.style.insetInlineStart = `${place.left * 100}%`;
  box.style.insetBlockStart = `${place.top * 100}%`;
  box.style.inlineSize = `${place.width * 100}%`;
  box.style.blockSize = `${place.height * 100}%`;
  return box;
}
