/** The students of a class, and what can be done about one: guardians, moving, removing. Used by classpage.ts. */
import type { Classroom } from "./classroom.ts";
import { confirmed } from "./confirm.ts";
import { Guardians } from "./guardians.ts";
import { KeyedList, type Shown } from "./keyedlist.ts";
import { openMenu } from "./menu.ts";
import type { Classes, ClassRoster, MemberView } from "./protocol.ts";
import { byId, complain, fill, fromTemplate, openDialog, part, sentenceOf, toast, words } from "./ui.ts";

export class Members {
  readonly #room: Classroom;
  readonly #guardians: Guardians;
  readonly #list = new KeyedList<MemberView, Line>(byId("members"), {
    key: ({ id }) => id,
    compare: (one, other) => one.display_name.localeCompare(other.display_name),
    make: () => new Line((button, member) => this.#open(button, member)),
  });

  constructor(room: Classroom) {
    this.#room = room;
    this.#guardians = new Guardians(room);
    room.onChange(({ students }) => {
      this.#list.replace(students);
      byId("member-count").textContent = String(students.length);
      byId("members-empty").hidden = students.length > 0;
    });
  }

  #open(button: HTMLElement, member: MemberView): void {
    openMenu(button, {
      guardians: () => void this.#guardians.open(member),
      reads: () => location.assign(`/reads?student_id=${member.id}`),
      move: () => void this.#move(member),
      remove: () => void this.#remove(member),
    });
  }

  async #remove({ id, display_name: name }: MemberView): Promise<void> {
    if (!(await confirmed(fill(words.member_remove, { name }), words.member_remove_sure, words.remove))) return;
    try {
      this.#room.take(await this.#room.api.del<ClassRoster>(this.#room.path(`/students/${id}`)));
      toast(fill(words.member_removed, { name }));
    } catch (error) {
      complain(error);
    }
  }

  async #move({ id, display_name: name }: MemberView): Promise<void> {
    const [others, problem] = [byId<HTMLSelectElement>("move-class"), byId("move-class-problem")];
    const refuse = (text: string) => {
      problem.textContent = text;
      problem.hidden = false;
      return false;
    };
    try {
      const { items } = await this.#room.api.get<Classes>(this.#room.reader.role === "admin" ? "school/classes" : "classes");
      const open = items.filter((one) => !one.archived && one.id !== this.#room.id);
      if (open.length === 0) return toast(words.member_move_nowhere);
      others.replaceChildren(...open.map((one) => new Option(one.name, one.id)));
    } catch (error) {
      return complain(error);
    }
    problem.hidden = true;
    byId("move-dialog-title").textContent = fill(words.member_move, { name });
    openDialog("move-dialog", async () => {
      try {
        const wish = { class_id: others.value };
        this.#room.take(await this.#room.api.post<ClassRoster>(this.#room.path(`/students/${id}/move`), wish));
        toast(fill(words.member_moved, { name, class: others.selectedOptions[0]?.text ?? "" }));
        return true;
      } catch (error) {
        return refuse(sentenceOf(error));
      }
    });
  }
}

class Line implements Shown<MemberView> {
  readonly element = fromTemplate("member");
  #member: MemberView | null = null;

  constructor(open: (button: HTMLElement, member: MemberView) => void) {
    const more = part(this.element, ".person-more");
    more.addEventListener("click", () => this.#member && open(more, this.#member));
  }

  show(member: MemberView): void {
    this.#member = member;
    part(this.element, ".initial").textContent = [...member.display_name][0] ?? "";
    part(this.element, ".person-name").textContent = member.display_name;
    part(this.element, ".person-facts").textContent = member.grade === null ? "" : fill(words.grade, { n: member.grade });
    part(this.element, ".person-more").ariaLabel = fill(words.more_for, { title: member.display_name });
  }
}
