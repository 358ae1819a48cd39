/** The code of a class with the end of its life, and getting a new one. Used by classpage.ts. */
import type { Classroom } from "./classroom.ts";
import { CodeCard } from "./codecard.ts";
import { confirmed } from "./confirm.ts";
import { setUpForm } from "./forms.ts";
import type { ClassView, OneClass } from "./protocol.ts";
import { dateTime } from "./times.ts";
import { byId, fill, toast, words } from "./ui.ts";

export class ClassCode {
  readonly #room: Classroom;
  readonly #card = new CodeCard();
  readonly #form = byId<HTMLFormElement>("rotate");

  constructor(room: Classroom) {
    this.#room = room;
    setUpForm(this.#form, ({ days }) => this.#rotate(days ? Number(days) : null));
    room.onChange(({ class: view }) => {
      byId("code-part").hidden = view.archived;
      byId("code-until").textContent = until(view);
      this.#card.show(view);
    });
  }

  async #rotate(days: number | null): Promise<void> {
    if (!(await confirmed(words.code_new, words.code_new_sure, words.code_new))) return;
    const { class: view } = await this.#room.api.post<OneClass>(this.#room.path("/code"), { days });
    this.#room.takeClass(view);
    this.#form.reset();
    toast(words.code_is_new);
  }
}

function until({ code_expires_at }: ClassView): string {
  if (code_expires_at === null) return words.code_no_end;
  if (Date.parse(code_expires_at) <= Date.now()) return words.code_over;
  return fill(words.valid_until, { time: dateTime(code_expires_at) });
}
