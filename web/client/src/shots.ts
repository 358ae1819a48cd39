/** The photos and PDF of homework: taken or chosen, made smaller, sent with progress, tried again, taken away. Used by
 *  workform.ts. */
import type { Api } from "./api.ts";
import { FilePictures } from "./filepictures.ts";
import { clientId } from "./ids.ts";
import { asApiError } from "./live/fault.ts";
import type { FileView, Nothing } from "./protocol.ts";
import { shrunk } from "./shrink.ts";
import { byId, fill, fromTemplate, part, sentenceOf, toast, words, write } from "./ui.ts";
import { upload } from "./upload.ts";

const MOST = 9;

/** One of them, with its element. */
interface Shot {
  readonly element: HTMLElement;
  readonly name: string;
  readonly id: string;
  /** What to send; null when it is there from before. */
  readonly source: File | null;
  readonly ender: AbortController;
  view: FileView | null;
  failed: boolean;
}

export interface ShotsNews {
  /** Another set of files is there. */
  changed(): void;
  /** One is not wanted any more; the draft must be saved without it before it goes. */
  removed(): Promise<void>;
}

export class Shots {
  readonly #api: Api;
  readonly #news: ShotsNews;
  readonly #pictures: FilePictures;
  readonly #list = byId("shots");
  #shots: Shot[] = [];
  /** One after the other: a phone's line is thin. */
  #line: Promise<void> = Promise.resolve();

  constructor(api: Api, news: ShotsNews) {
    this.#api = api;
    this.#news = news;
    this.#pictures = new FilePictures(api);
    for (const [buttonId, inputId] of [["take-photo", "camera"], ["choose-files", "files"]] as const) {
      const input = byId<HTMLInputElement>(inputId);
      byId(buttonId).addEventListener("click", () => input.click());
      input.addEventListener("change", () => {
        this.add([...(input.files ?? [])]);
        input.value = "";
      });
    }
    this.#count();
  }

  /** Those that the server has. */
  get files(): FileView[] {
    return this.#shots.flatMap(({ view }) => view ?? []);
  }

  get count(): number {
    return this.#shots.length;
  }

  /** Whether some are still on their way. */
  get isBusy(): boolean {
    return this.#shots.some(({ view, failed }) => view === null && !failed);
  }

  /** Whether some could not be sent. */
  get hasFailed(): boolean {
    return this.#shots.some(({ failed }) => failed);
  }

  /** Shows files that the server has, and no others. */
  restore(files: readonly FileView[]): void {
    for (const { ender } of this.#shots) ender.abort();
    this.#shots = [];
    this.#list.replaceChildren();
    for (const file of files) {
      const shot = this.#make(file.name, null);
      this.#arrived(shot, file);
    }
    this.#count();
  }

  add(files: readonly File[]): void {
    const room = Math.max(0, MOST - this.#shots.length);
    if (files.length > room) toast(fill(words.hw_most_files, { n: MOST }));
    for (const file of files.slice(0, room)) this.#send(this.#make(file.name, file));
    this.#count();
  }

  #make(name: string, source: File | null): Shot {
    const element = fromTemplate("shot");
    const shot: Shot = { element, name, id: clientId(), source, ender: new AbortController(), view: null, failed: false };
    part(element, ".shot-name").textContent = name;
    part(element, "progress").ariaLabel = fill(words.hw_sending_file, { name });
    part(element, "[data-do=remove]").ariaLabel = fill(words.hw_remove_file, { name });
    part(element, "[data-do=again]").ariaLabel = fill(words.hw_send_file_again, { name });
    part(element, "[data-do=remove]").addEventListener("click", () => void this.#remove(shot));
    part(element, "[data-do=again]").addEventListener("click", () => this.#send(shot));
    this.#shots.push(shot);
    this.#list.append(element);
    return shot;
  }

  #send(shot: Shot): void {
    shot.failed = false;
    this.#show(shot, "");
    this.#line = this.#line.then(() => this.#sent(shot));
  }

  async #sent(shot: Shot): Promise<void> {
    if (shot.source === null || shot.ender.signal.aborted) return;
    const bar = part<HTMLProgressElement>(shot.element, "progress");
    try {
      const options = { clientId: shot.id, signal: shot.ender.signal, progress: (share: number) => (bar.value = share) };
      const kept = await upload(this.#api, await shrunk(shot.source), shot.name, options);
      this.#arrived(shot, kept);
      this.#news.changed();
    } catch (error) {
      if (shot.ender.signal.aborted) return; // it was taken away meanwhile
      shot.failed = true;
      this.#show(shot, sentenceOf(asApiError(error)));
    }
  }

  #arrived(shot: Shot, view: FileView): void {
    shot.view = view;
    this.#show(shot, "");
    const picture = part<HTMLImageElement>(shot.element, "img");
    const pages = view.pages.length > 1 ? ` · ${fill(words.hw_pages, { n: view.pages.length })}` : "";
    part(shot.element, ".shot-name").textContent = view.name + pages;
    this.#pictures.address(view.id, 1, "thumbnail").then(
      (address) => (picture.src = address),
      (error: unknown) => void asApiError(error), // its name must do
    );
  }

  #show(shot: Shot, problem: string): void {
    part(shot.element, "progress").hidden = shot.view !== null || shot.failed;
    part(shot.element, "[data-do=again]").hidden = !shot.failed;
    write(part(shot.element, ".shot-problem"), problem);
    shot.element.dataset["state"] = shot.failed ? "failed" : shot.view ? "there" : "sending";
  }

  async #remove(shot: Shot): Promise<void> {
    const at = this.#shots.indexOf(shot);
    shot.ender.abort();
    this.#shots = this.#shots.filter((one) => one !== shot);
    shot.element.remove();
    this.#count();
    const next = this.#shots[Math.min(at, this.#shots.length - 1)];
    (next ? part(next.element, "[data-do=remove]") : byId("choose-files")).focus();
    this.#news.changed();
    await this.#news.removed();
    // What is used elsewhere stays, and whatever is left alone goes by itself later.
    if (shot.view) this.#api.del<Nothing>(`files/${shot.view.id}`).catch(asApiError);
  }

  #count(): void {
    write(byId("shot-count"), `${this.#shots.length}/${MOST}`);
    const isFull = this.#shots.length >= MOST;
    for (const id of ["take-photo", "choose-files"]) byId<HTMLButtonElement>(id).disabled = isFull;
  }
}
