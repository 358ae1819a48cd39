/** The class that a page is about, as its parts share it: what one of them changes, all of them show. Made by
 *  classpage.ts. */
import type { Api } from "./api.ts";
import type { ClassRoster, ClassView, OneClass, UpdateClass, UserView } from "./protocol.ts";

export class Classroom {
  readonly api: Api;
  readonly reader: UserView;
  readonly id: string;
  readonly #listeners: ((now: ClassRoster) => void)[] = [];
  #now: ClassRoster | null = null;

  constructor(api: Api, reader: UserView, id: string) {
    this.api = api;
    this.reader = reader;
    this.id = id;
  }

  /** The class with its people, as it was heard last. */
  get now(): ClassRoster {
    if (!this.#now) throw new Error("The class was not read yet");
    return this.#now;
  }

  /** The address of the class in the API, or of something in it. */
  path(rest = ""): string {
    return `classes/${this.id}${rest}`;
  }

  onChange(tell: (now: ClassRoster) => void): void {
    this.#listeners.push(tell);
  }

  /** Reads it again. Throws ApiError. */
  async load(): Promise<void> {
    this.take(await this.api.get<ClassRoster>(this.path()));
  }

  /** Changes what is named in `wish`. Throws ApiError. */
  async update(wish: UpdateClass): Promise<void> {
    this.takeClass((await this.api.patch<OneClass>(this.path(), wish)).class);
  }

  take(now: ClassRoster): void {
    this.#now = now;
    for (const tell of this.#listeners) tell(now);
  }

  takeClass(view: ClassView): void {
    this.take({ ...this.now, class: view });
  }
}
