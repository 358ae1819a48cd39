/** What a class is called and taught, and putting it away. Used by classpage.ts. */
import { offerGrades, offerSubjects } from "./classfacts.ts";
import type { Classroom } from "./classroom.ts";
import { confirmed } from "./confirm.ts";
import { setUpForm } from "./forms.ts";
import { byId, complain, held, toast, words } from "./ui.ts";

export class ClassForm {
  readonly #room: Classroom;
  readonly #archive = byId<HTMLButtonElement>("archive-class");

  constructor(room: Classroom) {
    this.#room = room;
    setUpForm(byId("class-form"), async ({ name = "", subject, grade }) => {
      await room.update({ name, subject: subject || null, grade: grade ? Number(grade) : null });
      this.fill();
      toast(words.saved);
    });
    this.#archive.addEventListener("click", () => void held(this.#archive, () => this.#putAway()));
    room.onChange(({ class: { archived } }) => {
      this.#archive.textContent = archived ? words.class_unarchive : words.class_archive;
    });
  }

  /** Shows what is stored. */
  fill(): void {
    const { name, subject, grade } = this.#room.now.class;
    byId<HTMLInputElement>("name").value = name;
    offerSubjects(byId<HTMLSelectElement>("subject"), subject);
    offerGrades(byId<HTMLSelectElement>("grade"), grade);
  }

  async #putAway(): Promise<void> {
    const archived = !this.#room.now.class.archived;
    if (archived && !(await confirmed(words.class_archive, words.class_archive_sure, words.class_archive))) return;
    try {
      await this.#room.update({ archived });
      toast(archived ? words.class_archived : words.class_unarchived);
    } catch (error) {
      complain(error);
    }
  }
}
