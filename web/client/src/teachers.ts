/** The teachers of a class: adding one by name, and taking the class from one. Used by classpage.ts. */
import type { Classroom } from "./classroom.ts";
import { confirmed } from "./confirm.ts";
import { setUpForm } from "./forms.ts";
import { HOME } from "./home.ts";
import type { ClassRoster, OneClass, TeacherView } from "./protocol.ts";
import { byId, complain, fill, held, make, toast, words } from "./ui.ts";

export class Teachers {
  readonly #room: Classroom;

  constructor(room: Classroom) {
    this.#room = room;
    const form = byId<HTMLFormElement>("add-teacher");
    setUpForm(form, async ({ username = "" }) => {
      room.take(await room.api.post<ClassRoster>(room.path("/teachers"), { username }));
      form.reset();
      toast(words.teacher_added);
    });
    room.onChange(({ teachers }) => {
      byId("teachers").replaceChildren(...teachers.map((teacher) => this.#line(teacher)));
    });
  }

  #line(teacher: TeacherView): HTMLElement {
    const { display_name: name } = teacher;
    const remove = make("button", { type: "button", className: "small danger" }, words.remove);
    remove.ariaLabel = fill(words.teacher_remove, { name });
    remove.addEventListener("click", () => void held(remove, () => this.#remove(teacher)));
    const initial = make("span", { className: "initial", ariaHidden: "true" }, [...name][0] ?? "");
    return make("li", { className: "person" }, initial, make("b", { className: "person-text person-name" }, name), remove);
  }

  async #remove({ id, display_name: name }: TeacherView): Promise<void> {
    if (!(await confirmed(fill(words.teacher_remove, { name }), words.teacher_remove_sure, words.remove))) return;
    const { api, reader } = this.#room;
    try {
      await api.del<OneClass>(this.#room.path(`/teachers/${id}`));
      if (id === reader.id) location.assign(HOME[reader.role]);
      else await this.#room.load();
    } catch (error) {
      complain(error);
    }
  }
}
