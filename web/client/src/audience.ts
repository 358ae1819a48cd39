/** Whom an assignment is for: classes, or single students of them. Once it is given, nobody is taken out. Used by
 *  assignmenteditor.ts. */
import type { Api } from "./api.ts";
import { factsOf } from "./classfacts.ts";
import type { Classes, ClassRoster, ClassView } from "./protocol.ts";
import { byId, complain, fill, make, words } from "./ui.ts";

export class Audience {
  readonly #api: Api;
  readonly #changed: (chosen: ClassView | null) => void;
  readonly #fold = byId<HTMLDetailsElement>("single");
  #classes: ClassView[] = [];
  #students = new Set<string>();
  #drawn = false;

  /** `changed` gets the class that was chosen just now. */
  constructor(api: Api, changed: (chosen: ClassView | null) => void) {
    this.#api = api;
    this.#changed = changed;
    byId("classes").addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      changed(box.checked ? (this.#classes.find(({ id }) => id === box.value) ?? null) : null);
    });
    this.#fold.addEventListener("toggle", () => {
      if (this.#fold.open) void this.#drawStudents().catch(complain);
    });
  }

  /** Reads the teacher's classes and chooses these. What is `given` cannot be taken back. Throws ApiError. */
  async fill(classIds: readonly string[], studentIds: readonly string[], given: boolean): Promise<void> {
    if (this.#classes.length === 0) this.#classes = (await this.#api.get<Classes>("classes")).items.filter((view) => !view.archived);
    this.#students = new Set(studentIds);
    byId("classes").replaceChildren(...this.#classes.map((view) => chip("class", view.id, view.name, factsOf(view), classIds.includes(view.id), given)));
    byId("no-classes").hidden = this.#classes.length > 0;
    this.#drawn = false;
    this.#count();
    if (studentIds.length > 0) {
      this.#fold.open = true;
      await this.#drawStudents(given);
    }
  }

  /** The first class that is chosen. */
  get first(): ClassView | null {
    return this.#classes.find(({ id }) => this.classIds.includes(id)) ?? null;
  }

  get classIds(): string[] {
    return [...byId("classes").querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => value);
  }

  get studentIds(): string[] {
    return [...this.#students];
  }

  async #drawStudents(given = false): Promise<void> {
    if (this.#drawn) return;
    this.#drawn = true;
    const rosters = await Promise.all(this.#classes.map(({ id }) => this.#api.get<ClassRoster>(`classes/${id}`)));
    const parts = rosters.filter(({ students }) => students.length > 0).map((roster) => {
      const chips = roster.students.map(({ id, display_name }) => chip("student", id, display_name, "", this.#students.has(id), given));
      return make("fieldset", { className: "single-class" }, make("legend", {}, roster.class.name), make("div", { className: "chips" }, ...chips));
    });
    byId("single-list").replaceChildren(...parts);
    byId("single-list").onchange = ({ target }) => {
      const { checked, value } = target as HTMLInputElement;
      if (checked) this.#students.add(value);
      else this.#students.delete(value);
      // Who is in two classes stands there twice.
      for (const same of byId("single-list").querySelectorAll<HTMLInputElement>(`[value="${value}"]`)) same.checked = checked;
      this.#count();
      this.#changed(null);
    };
  }

  #count(): void {
    byId("single-count").textContent = this.#students.size > 0 ? fill(words.assign_singles, { n: this.#students.size }) : "";
  }
}

function chip(name: string, value: string, text: string, facts: string, checked: boolean, given: boolean): HTMLElement {
  const box = make("input", { type: "checkbox", name, value, checked, disabled: given && checked });
  return make("label", { className: "choice-chip", title: facts }, box, make("span", {}, text));
}
