/** The list of a student's conversations: pages, search, archive, rename, delete with undo. */
import type { Api } from "./api.ts";
import { openMenu } from "./menu.ts";
import type { Conversations, ConversationView, Hit, Hits, OneConversation, UpdateConversation } from "./protocol.ts";
import { ago } from "./times.ts";
import { byId, complain, data, fill, fromTemplate, make, openDialog, part, toast, words } from "./ui.ts";

const PAGE = 30;
const TYPING_MS = 250;

export interface ListNews {
  /** @param seq the message to lead to; null for the newest */
  open(id: string, seq: number | null): void;
  /** A conversation was renamed, archived, deleted or restored here. */
  changed(view: ConversationView): void;
}

/** What a search says about a row of the list. */
type Found = Pick<Hit, "excerpt" | "seq"> & { query: string };

const NOT_SEARCHED: Found = { excerpt: "", seq: null, query: "" };

export class ConversationList {
  readonly #api: Api;
  readonly #news: ListNews;
  readonly #list = byId<HTMLUListElement>("list");
  readonly #more = byId<HTMLButtonElement>("more");
  readonly #empty = byId("list-empty");
  readonly #archivedButton = byId<HTMLButtonElement>("archived");
  readonly #search = byId<HTMLInputElement>("q");
  #items: ConversationView[] = [];
  #next: string | null = null;
  #archived = false;
  #current: string | null = null;
  /** Counts the questions to the server, so that a late answer to an old one is dropped. */
  #asked = 0;

  constructor(api: Api, news: ListNews) {
    this.#api = api;
    this.#news = news;
    this.#more.addEventListener("click", () => void this.#load(this.#next));
    this.#archivedButton.addEventListener("click", () => {
      this.#archived = !this.#archived;
      this.#archivedButton.setAttribute("aria-pressed", String(this.#archived));
      this.#search.value = "";
      void this.load();
    });
    let timer = 0;
    this.#search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void this.load(), TYPING_MS);
    });
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.load();
    });
    byId("search").inert = false; // before, the browser itself would have sent it
  }

  /** Reads the first page again, or what the search finds. */
  async load(): Promise<void> {
    const query = this.#search.value.trim();
    if (query) await this.#find(query);
    else await this.#load(null);
  }

  /** Marks the conversation that is shown. */
  select(id: string | null): void {
    this.#current = id;
    for (const link of this.#list.querySelectorAll<HTMLElement>(".item-link")) {
      if (link.dataset["id"] === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Takes over what is known of a conversation now; a new one goes to the top. */
  update(view: ConversationView): void {
    if (this.#search.value.trim()) return;
    const at = this.#items.findIndex(({ id }) => id === view.id);
    if (at >= 0) this.#items.splice(at, 1);
    if (!view.deleted && view.archived === this.#archived) this.#items.splice(Math.max(at, 0), 0, view);
    this.#draw();
  }

  /** Moves the conversation to the top: something was just said in it. */
  used(id: string): void {
    const view = this.#items.find((item) => item.id === id);
    if (!view || this.#search.value.trim()) return;
    this.#items = [{ ...view, updated_at: new Date().toISOString() }, ...this.#items.filter((item) => item !== view)];
    this.#draw();
  }

  async #load(cursor: string | null): Promise<void> {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ archived: String(this.#archived), limit: String(PAGE) });
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await this.#api.get<Conversations>(`conversations?${query}`);
      if (asked !== this.#asked) return;
      const known = new Set(cursor ? this.#items.map(({ id }) => id) : []);
      this.#items = [...(cursor ? this.#items : []), ...page.items.filter(({ id }) => !known.has(id))];
      this.#next = page.next;
      this.#draw();
    } catch (error) {
      complain(error);
    }
  }

  async #find(query: string): Promise<void> {
    const asked = ++this.#asked;
    try {
      const { items } = await this.#api.get<Hits>(`conversations/search?${new URLSearchParams({ q: query })}`);
      if (asked !== this.#asked) return;
      // One row each: a place in a message says more than the title, which is shown anyway.
      const best = new Map(items.map((hit) => [hit.conversation.id, hit]));
      for (const hit of items) if (hit.seq !== null) best.set(hit.conversation.id, hit);
      this.#list.replaceChildren(...[...best.values()].map((hit) => this.#item(hit.conversation, { ...hit, query })));
      this.#more.hidden = true;
      this.#say(items.length === 0 ? words.list_empty_search : "");
    } catch (error) {
      complain(error);
    }
  }

  /** News may come while the keyboard is in the list: its place stays. */
  #draw(): void {
    const focused = this.#list.contains(document.activeElement) ? document.activeElement : null;
    const id = focused?.closest("li")?.querySelector<HTMLElement>(".item-link")?.dataset["id"];
    this.#list.replaceChildren(...this.#items.map((view) => this.#item(view)));
    const row = this.#list.querySelector(`[data-id="${id}"]`)?.closest("li");
    if (focused) row?.querySelector<HTMLElement>(focused.matches(".item-more") ? ".item-more" : ".item-link")?.focus();
    this.#more.hidden = this.#next === null;
    this.#say(this.#items.length > 0 ? "" : this.#archived ? words.list_empty_archived : words.list_empty);
  }

  #say(text: string): void {
    this.#empty.textContent = text;
    this.#empty.hidden = text === "";
  }

  #item(view: ConversationView, { excerpt, query, seq }: Found = NOT_SEARCHED): HTMLElement {
    const element = fromTemplate("item");
    const link = part<HTMLAnchorElement>(element, ".item-link");
    link.href = `/chat/${view.id}`;
    link.dataset["id"] = view.id;
    if (view.id === this.#current) link.setAttribute("aria-current", "page");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return; // a new tab, as with any link
      event.preventDefault();
      this.#news.open(view.id, seq);
    });
    part(link, ".item-title").textContent = view.title || words.new_question;
    const facts = part(link, ".item-facts");
    if (excerpt && excerpt !== view.title) facts.append(...marked(excerpt, query));
    else facts.textContent = `${data.subjects[view.subject]} · ${ago(view.updated_at)}`;
    const more = part<HTMLButtonElement>(element, ".item-more");
    more.setAttribute("aria-label", fill(words.more_for, { title: view.title || words.new_question }));
    more.addEventListener("click", () => this.#openMenu(more, view));
    return element;
  }

  #openMenu(button: HTMLButtonElement, view: ConversationView): void {
    part(byId("menu"), "[data-do=archive] span").textContent = view.archived ? words.restore : words.archive;
    openMenu(button, {
      rename: () => this.#rename(view),
      archive: () => void this.#archive(view, !view.archived),
      delete: () => void this.#delete(view),
    });
  }

  #rename(view: ConversationView): void {
    const input = byId<HTMLInputElement>("new-title");
    input.value = view.title;
    openDialog("rename-dialog", async () => {
      const title = input.value.trim();
      return title !== "" && this.#change(view.id, { title });
    });
    input.select();
  }

  async #archive(view: ConversationView, archived: boolean): Promise<void> {
    if (!(await this.#change(view.id, { archived }))) return;
    const undo = { label: words.undo, run: () => void this.#change(view.id, { archived: !archived }) };
    toast(archived ? words.archived : words.restored, undo);
  }

  async #delete(view: ConversationView): Promise<void> {
    if (!(await this.#keep(this.#api.del<OneConversation>(`conversations/${view.id}`)))) return;
    const undo = () => void this.#keep(this.#api.post<OneConversation>(`conversations/${view.id}/restore`, {}));
    toast(words.deleted, { label: words.undo, run: undo });
  }

  #change(id: string, wish: UpdateConversation): Promise<boolean> {
    return this.#keep(this.#api.patch<OneConversation>(`conversations/${id}`, wish));
  }

  async #keep(call: Promise<OneConversation>): Promise<boolean> {
    try {
      const { conversation } = await call;
      if (this.#search.value.trim()) await this.load();
      this.update(conversation);
      this.#news.changed(conversation);
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }
}

/** The excerpt with every place of the query marked. */
function marked(text: string, query: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  const low = text.toLowerCase();
  let from = 0;
  for (let at = low.indexOf(query.toLowerCase()); at >= 0; at = low.indexOf(query.toLowerCase(), from)) {
    parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + query.length)));
    from = at + query.length;
  }
  return [...parts, text.slice(from)];
}
