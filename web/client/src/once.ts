/** The name of what is sent, kept as long as the same is sent again: a repeated request is done once, and another one is
 *  not taken for it. Used by the pages of homework. */
import { clientId } from "./ids.ts";

export class Once {
  #body = "";
  #id = "";

  /** The body with its name. */
  named<T extends object>(body: T): T & { client_id: string } {
    const text = JSON.stringify(body);
    if (text !== this.#body) [this.#body, this.#id] = [text, clientId()];
    return { ...body, client_id: this.#id };
  }

  /** It is done: the same again is meant to be done again. */
  done(): void {
    this.#body = "";
  }
}
