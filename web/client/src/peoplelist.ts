/** The people of a school, page by page, all or of one role. Used by school.ts. */
import type { Api } from "./api.ts";
import type { PersonView, SchoolPeople } from "./protocol.ts";
import { byId, complain, fill, held, make, words } from "./ui.ts";

const PAGE = 50;
const ROLE_NAMES: Readonly<Record<PersonView["role"], string>> = {
  student: words.role_student,
  teacher: words.teacher_mark,
  guardian: words.guardian_mark,
  admin: words.role_admin,
  operator: words.role_operator,
};

export class PeopleList {
  readonly #api: Api;
  readonly #list = byId("people");
  readonly #more = byId<HTMLButtonElement>("more");
  #role = "";
  #next: string | null = null;
  /** Counts the questions to the server, so that a late answer to an old one is dropped. */
  #asked = 0;

  constructor(api: Api) {
    this.#api = api;
    this.#more.addEventListener("click", () => void held(this.#more, () => this.#read().catch(complain)));
    byId("roles").addEventListener("change", (event) => {
      this.#role = (event.target as HTMLInputElement).value;
      void this.load().catch(complain);
    });
  }

  /** Reads the first page again. Throws ApiError. */
  async load(): Promise<void> {
    this.#next = null;
    await this.#read();
  }

  async #read(): Promise<void> {
    const asked = ++this.#asked;
    const cursor = this.#next;
    const query = new URLSearchParams({ limit: String(PAGE), ...(this.#role && { role: this.#role }), ...(cursor !== null && { cursor }) });
    const page = await this.#api.get<SchoolPeople>(`school/people?${query}`);
    if (asked !== this.#asked) return;
    if (cursor === null) this.#list.replaceChildren();
    this.#list.append(...page.items.map(row));
    this.#next = page.next;
    this.#more.hidden = page.next === null;
  }
}

function row({ id, display_name, username, role, grade }: PersonView): HTMLElement {
  const facts = [ROLE_NAMES[role], grade === null ? "" : fill(words.grade, { n: grade }), username].filter(Boolean).join(" · ");
  const line = make("li", { className: "person" });
  line.append(
    make("span", { className: "initial", ariaHidden: "true" }, [...display_name][0] ?? ""),
    make("div", { className: "person-text" }, make("b", { className: "person-name" }, display_name), make("span", { className: "person-facts" }, facts)),
  );
  if (role === "student") {
    const reads = make("a", { className: "button quiet small", href: `/reads?student_id=${id}` }, words.reads_link);
    reads.ariaLabel = fill(words.reads_of, { name: display_name });
    line.append(reads);
  }
  return line;
}
