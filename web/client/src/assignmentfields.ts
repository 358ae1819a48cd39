/** What an assignment is beside its questions and its people: title, days, rules. Used by assignmenteditor.ts. */
import { offerGrades, offerSubjects } from "./classfacts.ts";
import { fromField, toField } from "./moments.ts";
import type { AssignmentView, ClassView, CreateAssignment } from "./protocol.ts";
import { byId, part } from "./ui.ts";

type Rules = Pick<AssignmentView, "resubmit" | "release" | "solutions">;
type Plain = Pick<CreateAssignment, "title" | "text" | "subject" | "grade" | "due_at" | "opens_at" | "late" | "hint_cap" | keyof Rules>;

const RULES = ["resubmit", "release", "solutions"] as const;
const START: Partial<AssignmentView> = { title: "", text: "", due_at: null, opens_at: null, hint_cap: null };

export class AssignmentFields {
  readonly #form: HTMLFormElement;
  readonly #subject = byId<HTMLSelectElement>("subject");
  readonly #grade = byId<HTMLSelectElement>("grade");

  constructor(form: HTMLFormElement) {
    this.#form = form;
    form.addEventListener("change", () => this.#fold());
  }

  fill(view: Partial<AssignmentView> = START): void {
    byId<HTMLInputElement>("assignment-title").value = view.title ?? "";
    byId<HTMLTextAreaElement>("assignment-text").value = view.text ?? "";
    offerSubjects(this.#subject, view.subject ?? null);
    offerGrades(this.#grade, view.grade ?? null);
    byId<HTMLInputElement>("due").value = toField(view.due_at ?? null);
    byId<HTMLInputElement>("opens").value = toField(view.opens_at ?? null);
    const { rule = "accept", percent = 0, days = null } = view.late ?? {};
    part<HTMLInputElement>(this.#form, `[name=late][value=${rule}]`).checked = true;
    byId<HTMLInputElement>("late-percent").value = String(percent || 20);
    byId<HTMLInputElement>("late-days").value = String(days ?? "");
    byId<HTMLSelectElement>("hint-cap").value = String(view.hint_cap ?? "");
    for (const name of RULES) if (view[name]) byId<HTMLSelectElement>(name).value = view[name];
    this.#fold();
  }

  /** Takes the subject and the grade of a class where none is chosen yet. */
  suit({ subject, grade }: ClassView): void {
    if (subject && !this.#subject.value) offerSubjects(this.#subject, subject);
    if (grade && !this.#grade.value) this.#grade.value = String(grade);
  }

  /** What stands there; null as long as the title, the subject or the grade is missing: the server needs these. */
  get wish(): Plain | null {
    const title = byId<HTMLInputElement>("assignment-title").value.trim();
    const [subject, grade] = [this.#subject.value, Number(this.#grade.value)];
    if (!title || !subject || !grade) return null;
    const rule = part<HTMLInputElement>(this.#form, "[name=late]:checked").value as "refuse" | "accept" | "deduct";
    return {
      title,
      text: byId<HTMLTextAreaElement>("assignment-text").value.trim(),
      subject,
      grade,
      due_at: fromField(byId<HTMLInputElement>("due").value),
      opens_at: fromField(byId<HTMLInputElement>("opens").value),
      late: { rule, percent: rule === "deduct" ? within("late-percent", 0, 100) : 0, days: rule === "refuse" ? null : within("late-days", 1, 365) || null },
      hint_cap: Number(byId<HTMLSelectElement>("hint-cap").value) || null,
      ...(Object.fromEntries(RULES.map((name) => [name, byId<HTMLSelectElement>(name).value])) as unknown as Rules),
    };
  }

  /** The first of the three that is missing. */
  focusMissing(): void {
    const missing = [byId<HTMLInputElement>("assignment-title"), this.#subject, this.#grade].find(({ value }) => !value.trim());
    missing?.focus();
  }

  #fold(): void {
    const rule = part<HTMLInputElement>(this.#form, "[name=late]:checked").value;
    byId("late-percent-part").hidden = rule !== "deduct";
    byId("late-days-part").hidden = rule === "refuse";
  }
}

function within(id: string, least: number, most: number): number {
  const { value } = byId<HTMLInputElement>(id);
  return value ? Math.min(most, Math.max(least, Math.round(Number(value)))) : 0;
}
