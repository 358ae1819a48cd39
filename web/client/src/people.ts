/** Who answers in a room, who is in it, and who types: the quiet lines around the log. Used by roomview.ts. */
import type { FloorView, PresentView, TypingView, UserView } from "./protocol.ts";
import { byId, fill, inOneLine, make, words, write } from "./ui.ts";

export class People {
  readonly #reader: Pick<UserView, "id">;

  constructor(reader: Pick<UserView, "id">) {
    this.#reader = reader;
  }

  /** Nothing is known of the room that is shown next. */
  clear(): void {
    byId("present").replaceChildren();
    byId("typing").textContent = "";
    this.#answerer("", "tutor");
  }

  /** Says who answers; those who listen hear it when it changes. */
  floor(floor: FloorView): void {
    this.#answerer(this.#sentence(floor), floor.state);
  }

  present(present: readonly PresentView[]): void {
    const others = present.filter(({ id }) => id !== this.#reader.id);
    byId("present").replaceChildren(
      ...others.map(({ name, role }) => {
        const text = fill(role === "student" ? words.here : words.watching, { name });
        const short = make("span", { className: "chip-name", ariaHidden: "true" }, name);
        const chip = make("li", { className: "chip", title: text }, make("span", { className: "chip-text" }, text), short);
        chip.dataset["role"] = role;
        return chip;
      }),
    );
  }

  typing(people: readonly TypingView[]): void {
    const names = people.filter(({ id }) => id !== this.#reader.id).map(({ name }) => name);
    byId("typing").textContent = names.length > 0 ? fill(words.typing, { name: inOneLine(names) }) : "";
  }

  #sentence({ state, teacher_id, teacher_name }: FloorView): string {
    if (state === "tutor") return words.floor_tutor;
    const isOwn = teacher_id === this.#reader.id;
    if (state === "teacher") return isOwn ? words.floor_own : fill(words.floor_teacher, { name: teacher_name });
    return isOwn ? words.floor_own_approval : fill(words.floor_approval, { name: teacher_name });
  }

  #answerer(text: string, state: FloorView["state"]): void {
    byId("room").dataset["floor"] = state;
    write(byId("floor"), text);
  }
}
