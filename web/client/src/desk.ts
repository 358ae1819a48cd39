/** The teacher's desk: her classes, and for the chosen one its code, its live board and what is said to all of it. */
import type { Api } from "./api.ts";
import { Board } from "./board.ts";
import { factsOf, offerGrades, offerSubjects } from "./classfacts.ts";
import { CodeCard } from "./codecard.ts";
import { ApiError } from "./live/index.ts";
import type { Classes, ClassView, OneClass } from "./protocol.ts";
import { Say } from "./say.ts";
import type { Connection } from "./socket.ts";
import { byId, complain, make, openDialog, sentenceOf, toast, words } from "./ui.ts";

const KEY = "class";
/** Classes that could not be read are read again after this. */
const AGAIN_MS = 5000;

export interface DeskNews {
  openRoom(conversationId: string): void;
  /** The teacher chose a class. */
  chosen(): void;
}

export class Desk {
  readonly #api: Api;
  readonly #news: DeskNews;
  readonly #board: Board;
  readonly #code = new CodeCard();
  readonly #say: Say;
  #classes: ClassView[] = [];
  #chosen: string | null = sessionStorage.getItem(KEY);

  constructor(api: Api, connection: Connection, me: string, news: DeskNews) {
    this.#api = api;
    this.#news = news;
    this.#board = new Board(connection, me, { openRoom: (id) => news.openRoom(id), lost: () => void this.#lost() });
    this.#say = new Say(connection);
    for (const id of ["create", "create-first"]) byId(id).addEventListener("click", () => this.#create());
  }

  /** Reads the classes and shows the one looked at last, or the newest. */
  async load(): Promise<void> {
    try {
      this.#classes = (await this.#api.get<Classes>("classes")).items;
    } catch (error) {
      complain(error);
      setTimeout(() => void this.load(), AGAIN_MS);
      return;
    }
    byId("no-class").hidden = this.#classes.length > 0;
    this.#choose(this.#current?.id ?? this.#classes[0]?.id ?? null);
  }

  /** Marks the room that is open; the list of who is there then stands at its side. */
  showRoom(conversationId: string | null): void {
    this.#board.showRoom(conversationId);
  }

  /** Whose conversation it is, if it is on the board. */
  nameIn(conversationId: string): string | undefined {
    return this.#board.nameIn(conversationId);
  }

  /** What may not be seen any more does not stay on the page. */
  async #lost(): Promise<void> {
    complain(new ApiError("access_lost"));
    await this.load();
  }

  get #current(): ClassView | undefined {
    return this.#classes.find(({ id }) => id === this.#chosen);
  }

  #choose(id: string | null): void {
    this.#chosen = id;
    if (id) sessionStorage.setItem(KEY, id);
    this.#drawClasses();
    this.#drawClass();
    // An archived class is only remembered: nobody looks into it any more.
    this.#board.watch(this.#current && !this.#current.archived ? this.#current.id : null);
  }

  #drawClasses(): void {
    const archived = this.#classes.filter((view) => view.archived);
    byId("classes").replaceChildren(...this.#classes.filter((view) => !view.archived).map((view) => this.#item(view)));
    byId("archived-classes").replaceChildren(...archived.map((view) => this.#item(view)));
    const fold = byId<HTMLDetailsElement>("archived-part");
    fold.hidden = archived.length === 0;
    if (this.#current?.archived) fold.open = true;
  }

  #item(view: ClassView): HTMLElement {
    const title = make("span", { className: "item-title" }, view.name);
    const button = make("button", { type: "button", className: "item-link" }, title, make("span", { className: "item-facts" }, factsOf(view)));
    if (view.id === this.#chosen) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => {
      this.#choose(view.id);
      this.#news.chosen();
    });
    return make("li", { className: "item" }, button);
  }

  #drawClass(): void {
    const view = this.#current;
    byId("class-view").hidden = !view || view.archived;
    byId("class-archived").hidden = !view?.archived;
    byId("manage").hidden = !view;
    byId("to-homework").hidden = !view || view.archived;
    this.#say.turnTo(view && !view.archived ? view.id : null);
    if (!view) return;
    byId("class-name").textContent = view.name;
    byId("class-facts").textContent = factsOf(view);
    byId<HTMLAnchorElement>("manage").href = `/teacher/classes/${view.id}`;
    byId<HTMLAnchorElement>("to-homework").href = `/teacher/homework?class_id=${view.id}`;
    this.#code.show(view);
  }

  #create(): void {
    const name = byId<HTMLInputElement>("class-title");
    const subject = byId<HTMLSelectElement>("class-subject");
    const grade = byId<HTMLSelectElement>("class-grade");
    name.value = "";
    byId("class-title-problem").hidden = true;
    offerSubjects(subject, null);
    offerGrades(grade, null);
    openDialog("create-dialog", async () => {
      const wish = { name: name.value.trim(), ...(subject.value && { subject: subject.value }), ...(grade.value && { grade: Number(grade.value) }) };
      if (!wish.name) return this.#refuse(words.need_name);
      try {
        const made = await this.#api.post<OneClass>("classes", wish);
        sessionStorage.setItem(KEY, made.class.id);
        this.#chosen = made.class.id;
        await this.load();
        this.#news.chosen();
        toast(words.class_created);
        return true;
      } catch (error) {
        return this.#refuse(sentenceOf(error));
      }
    });
  }

  #refuse(text: string): boolean {
    byId("class-title-problem").textContent = text;
    byId("class-title-problem").hidden = false;
    byId("class-title").focus();
    return false;
  }
}
