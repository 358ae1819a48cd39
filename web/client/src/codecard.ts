/** The code that opens a class: to read, to copy, and large for the wall. Used by the desk and by the page of a class. */
import type { ClassView } from "./protocol.ts";
import { byId, copy } from "./ui.ts";

export class CodeCard {
  #class: Pick<ClassView, "name" | "code"> = { name: "", code: null };

  constructor() {
    byId("copy-code").addEventListener("click", () => void copy(this.#class.code ?? "", byId("copy-code")));
    byId("show-code").addEventListener("click", () => this.#showLarge());
  }

  show(view: Pick<ClassView, "name" | "code">): void {
    this.#class = view;
    byId("class-code").textContent = view.code ?? "";
  }

  #showLarge(): void {
    byId("big-code-name").textContent = this.#class.name;
    byId("big-code-text").textContent = this.#class.code ?? "";
    byId<HTMLDialogElement>("code-dialog").showModal();
  }
}
