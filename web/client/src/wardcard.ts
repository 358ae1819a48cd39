/** One child of a guardian: the conversations, page by page, who else has read along, and the end of it. Used by
 *  family.ts. */
import type { Api } from "./api.ts";
import { confirmed } from "./confirm.ts";
import type { Shown } from "./keyedlist.ts";
import type { Conversations, ConversationView, Nothing, WardView } from "./protocol.ts";
import { ago } from "./times.ts";
import { complain, data, fill, fromTemplate, held, make, part, words } from "./ui.ts";

const PAGE = 10;

export class WardCard implements Shown<WardView> {
  readonly element = fromTemplate("ward");
  readonly #api: Api;
  readonly #ended: (ward: WardView) => void;
  readonly #more = part<HTMLButtonElement>(this.element, ".ward-more");
  #ward: WardView | null = null;
  #next: string | null = null;

  /** @param ended is told when the reader reads along no more */
  constructor(api: Api, ended: (ward: WardView) => void) {
    this.#api = api;
    this.#ended = ended;
    const end = part(this.element, ".ward-end");
    end.addEventListener("click", () => void held(end, () => this.#end()));
    this.#more.addEventListener("click", () => void held(this.#more, () => this.#load()));
  }

  show(ward: WardView): void {
    const isFirst = this.#ward === null;
    this.#ward = ward;
    part(this.element, ".initial").textContent = [...ward.display_name][0] ?? "";
    part(this.element, ".person-name").textContent = ward.display_name;
    part(this.element, ".person-facts").textContent = ward.grade === null ? "" : fill(words.grade, { n: ward.grade });
    part<HTMLAnchorElement>(this.element, ".ward-reads").href = `/reads?student_id=${ward.student_id}`;
    if (isFirst) void this.#load();
  }

  async #load(): Promise<void> {
    const query = new URLSearchParams({ limit: String(PAGE), ...(this.#next !== null && { cursor: this.#next }) });
    try {
      const page = await this.#api.get<Conversations>(`students/${this.#ward?.student_id}/conversations?${query}`);
      const list = part(this.element, ".lessons");
      list.append(...page.items.map(lesson));
      this.#next = page.next;
      this.#more.hidden = page.next === null;
      part(this.element, ".ward-empty").hidden = list.childElementCount > 0;
    } catch (error) {
      complain(error);
    }
  }

  async #end(): Promise<void> {
    const ward = this.#ward;
    if (!ward) return;
    const { display_name: name, student_id } = ward;
    if (!(await confirmed(fill(words.ward_end, { name }), words.ward_end_sure, words.end))) return;
    try {
      await this.#api.del<Nothing>(`wards/${student_id}`);
      this.#ended(ward);
    } catch (error) {
      complain(error);
    }
  }
}

function lesson({ id, title, subject, updated_at }: ConversationView): HTMLElement {
  const facts = `${data.subjects[subject]} · ${ago(updated_at)}`;
  const link = make("a", { className: "lesson", href: `/family/rooms/${id}` });
  link.append(make("span", { className: "lesson-title" }, title || words.new_question), make("span", { className: "person-facts" }, facts));
  return make("li", {}, link);
}
