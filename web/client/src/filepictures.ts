/** The pictures of files, which a page may only ask for with its token: each is fetched once and shown from memory.
 *  Used by the pages of homework. */
import type { Api } from "./api.ts";

export class FilePictures {
  readonly #api: Api;
  readonly #known = new Map<string, Promise<string>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** An address for `img`; `page` counts from 1. Throws ApiError, and may then be asked again. */
  address(fileId: string, page: number, size: "full" | "thumbnail" = "full"): Promise<string> {
    const path = `files/${fileId}?page=${page}&size=${size}`;
    const known = this.#known.get(path) ?? this.#api.file(path).then((picture) => URL.createObjectURL(picture));
    this.#known.set(path, known);
    known.catch(() => this.#known.delete(path));
    return known;
  }

  /** Lets go of all of them. */
  forget(): void {
    for (const one of this.#known.values()) one.then((address) => URL.revokeObjectURL(address)).catch(() => undefined);
    this.#known.clear();
  }
}
