/** The guardians of one student of a class, in a dialog: who reads along, ending it, and a code for one more. Used by
 *  members.ts. */
import type { Classroom } from "./classroom.ts";
import { confirmed } from "./confirm.ts";
import type { GuardianView, Guardians as GuardiansView, Invited, MemberView } from "./protocol.ts";
import { showCode } from "./slip.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, held, make, openDialog, words } from "./ui.ts";

export class Guardians {
  readonly #room: Classroom;
  #student: MemberView | null = null;

  constructor(room: Classroom) {
    this.#room = room;
    const code = byId("guardian-code");
    code.addEventListener("click", () => void held(code, () => this.#invite()));
    // An admin gives out no code: guardians read lessons, and admins do not.
    room.onChange(({ class: { archived } }) => void (code.hidden = archived || room.reader.role !== "teacher"));
  }

  async open(student: MemberView): Promise<void> {
    try {
      const { items } = await this.#room.api.get<GuardiansView>(this.#path(student));
      this.#student = student;
      this.#show(items);
      byId("guardians-title").textContent = fill(words.guardians_of, { name: student.display_name });
      openDialog("guardians");
    } catch (error) {
      complain(error);
    }
  }

  #path({ id }: MemberView, rest = "guardians"): string {
    return this.#room.path(`/students/${id}/${rest}`);
  }

  #show(guardians: readonly GuardianView[]): void {
    byId("guardians-empty").hidden = guardians.length > 0;
    byId("guardian-list").replaceChildren(...guardians.map((guardian) => this.#line(guardian)));
  }

  #line(guardian: GuardianView): HTMLElement {
    const end = make("button", { type: "button", className: "small danger" }, words.end);
    end.addEventListener("click", () => void held(end, () => this.#end(guardian)));
    const since = make("span", { className: "person-facts" }, fill(words.since, { time: dateTime(guardian.since) }));
    const text = make("div", { className: "person-text" }, make("b", { className: "person-name" }, guardian.display_name), since);
    return make("li", { className: "person" }, text, end);
  }

  async #end({ id, display_name: name }: GuardianView): Promise<void> {
    const student = this.#student;
    if (!student || !(await confirmed(fill(words.guardian_end, { name }), words.guardian_end_sure, words.end))) return;
    try {
      this.#show((await this.#room.api.del<GuardiansView>(this.#path(student, `guardians/${id}`))).items);
    } catch (error) {
      complain(error);
    }
  }

  async #invite(): Promise<void> {
    const student = this.#student;
    if (!student) return;
    try {
      const invited = await this.#room.api.post<Invited>(this.#path(student, "guardian-code"), {});
      byId<HTMLDialogElement>("guardians").close();
      showCode(fill(words.guardian_code_for, { name: student.display_name }), words.guardian_code_how, invited);
    } catch (error) {
      byId<HTMLDialogElement>("guardians").close(); // what is wrong is said behind it
      complain(error);
    }
  }
}
