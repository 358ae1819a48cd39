/** The files that come with an assignment: choosing, sending with progress, taking away. Used by assignmenteditor.ts. */
import type { Api } from "./api.ts";
import { FilePictures } from "./filepictures.ts";
import type { FileView } from "./protocol.ts";
import { byId, fill, icon, make, sentenceOf, toast, words } from "./ui.ts";
import { upload } from "./upload.ts";

const MOST = 9;

export class Attachments {
  readonly #api: Api;
  readonly #pictures: FilePictures;
  readonly #changed: () => void;
  readonly #list = byId("files");
  #files: FileView[] = [];
  #sending = 0;

  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#pictures = new FilePictures(api);
    this.#changed = changed;
    const chooser = byId<HTMLInputElement>("file");
    byId("add-file").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      for (const file of [...(chooser.files ?? [])]) void this.#send(file);
      chooser.value = "";
    });
  }

  fill(files: readonly FileView[]): void {
    this.#files = [];
    this.#list.replaceChildren();
    for (const file of files) this.#show(file, this.#row(file.name));
  }

  get ids(): string[] {
    return this.#files.map(({ id }) => id);
  }

  async #send(file: File): Promise<void> {
    if (this.#files.length + this.#sending >= MOST) return toast(fill(words.assign_files_most, { n: MOST }));
    const row = this.#row(file.name);
    const bar = make("progress", { max: 1, value: 0, ariaLabel: fill(words.assign_file_sending, { name: file.name }) });
    row.append(bar);
    this.#sending += 1;
    try {
      const kept = await upload(this.#api, file, file.name, { progress: (share) => (bar.value = share) });
      bar.remove();
      this.#show(kept, row);
      this.#changed();
    } catch (error) {
      row.remove();
      toast(fill(words.assign_file_refused, { name: file.name, why: sentenceOf(error) }));
    } finally {
      this.#sending -= 1;
    }
  }

  #row(name: string): HTMLLIElement {
    const row = make("li", { className: "attachment" }, make("span", { className: "attachment-name" }, name));
    this.#list.append(row);
    return row;
  }

  #show(file: FileView, row: HTMLLIElement): void {
    this.#files.push(file);
    const picture = make("img", { className: "attachment-picture", alt: "" });
    const button = make("button", { type: "button", className: "quiet icon-only", ariaLabel: fill(words.assign_file_remove, { name: file.name }) }, icon("trash"));
    button.addEventListener("click", () => {
      this.#files = this.#files.filter((one) => one !== file);
      row.remove();
      byId("add-file").focus();
      this.#changed();
    });
    row.prepend(picture);
    row.append(button);
    this.#pictures.address(file.id, 1, "thumbnail").then((address) => (picture.src = address)).catch(() => picture.remove());
  }
}
