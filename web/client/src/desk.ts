/** The teacher's desk: her classes, and for the chosen one its code, live rooms and students. */
import type { Api } from "./api.ts";
import type { Classes, ClassRoster, ClassView, MemberView, OneClass, RoomView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { ago, byId, complain, copy, data, fill, make, openDialog, sentenceOf, toast, words } from "./ui.ts";

const KEY = "class";

export interface DeskNews {
  openRoom(conversationId: string): void;
  /** The teacher chose a class. */
  chosen(): void;
}

export class Desk {
  readonly #api: Api;
  readonly #connection: Connection;
  readonly #news: DeskNews;
  readonly #rooms = new Map<string, RoomView>();
  #classes: ClassView[] = [];
  #chosen: string | null = sessionStorage.getItem(KEY);
  #roomShown: string | null = null;

  constructor(api: Api, connection: Connection, news: DeskNews) {
    this.#api = api;
    this.#connection = connection;
    this.#news = news;
    connection.onState((state) => state === "online" && void this.#watch());
    connection.on("room.changed", ({ class_id, room }) => class_id === this.#chosen && this.#roomChanged(room));
    for (const id of ["create", "create-first"]) byId(id).addEventListener("click", () => this.#create());
    byId("copy-code").addEventListener("click", () => void copy(this.#current?.code ?? "", byId("copy-code")));
    byId("show-code").addEventListener("click", () => this.#showLarge());
    setInterval(() => this.#drawRooms(), 60_000); // "3 min ago" grows old
  }

  /** Reads the classes and shows the one looked at last, or the newest. */
  async load(): Promise<void> {
    try {
      this.#classes = (await this.#api.get<Classes>("classes")).items;
    } catch (error) {
      complain(error);
      return;
    }
    byId("no-class").hidden = this.#classes.length > 0;
    this.#choose(this.#current?.id ?? this.#classes[0]?.id ?? null);
  }

  /** Marks the room that is open; the list of live rooms then stands at its side. */
  showRoom(conversationId: string | null): void {
    this.#roomShown = conversationId;
    byId("side-live").hidden = conversationId === null;
    this.#drawRooms();
  }

  get #current(): ClassView | undefined {
    return this.#classes.find(({ id }) => id === this.#chosen);
  }

  #choose(id: string | null): void {
    if (this.#chosen && this.#chosen !== id && this.#connection.state === "online") {
      this.#connection.call("class.unwatch", { class_id: this.#chosen }).catch(() => {}); // the server forgets by itself
    }
    this.#chosen = id;
    this.#rooms.clear();
    if (id) sessionStorage.setItem(KEY, id);
    this.#drawClasses();
    this.#drawClass();
    this.#drawRooms();
    void this.#watch();
    void this.#loadStudents();
  }

  /** Follows the class; also after every reconnect, when the server has forgotten this socket. */
  async #watch(): Promise<void> {
    const id = this.#chosen;
    if (!id || this.#connection.state !== "online" || !this.#current) return;
    try {
      const { rooms } = await this.#connection.call("class.watch", { class_id: id });
      if (id !== this.#chosen) return;
      this.#rooms.clear();
      for (const room of rooms) this.#rooms.set(room.conversation_id, room);
      this.#drawRooms();
    } catch (error) {
      complain(error);
    }
  }

  async #loadStudents(): Promise<void> {
    const id = this.#chosen;
    if (!id || !this.#current) return;
    try {
      const { students } = await this.#api.get<ClassRoster>(`classes/${id}`);
      if (id === this.#chosen) this.#drawStudents(students);
    } catch (error) {
      complain(error);
    }
  }

  #roomChanged(room: RoomView): void {
    if (room.open || room.answering) this.#rooms.set(room.conversation_id, room);
    else this.#rooms.delete(room.conversation_id);
    this.#drawRooms();
  }

  #drawClasses(): void {
    byId("classes").replaceChildren(
      ...this.#classes.map((view) => {
        const title = make("span", { className: "item-title" }, view.name);
        const button = make("button", { type: "button", className: "item-link" }, title, make("span", { className: "item-facts" }, factsOf(view)));
        if (view.id === this.#chosen) button.setAttribute("aria-current", "true");
        button.addEventListener("click", () => {
          this.#choose(view.id);
          this.#news.chosen();
        });
        return make("li", { className: "item" }, button);
      }),
    );
  }

  #drawClass(): void {
    const view = this.#current;
    byId("class-view").hidden = !view;
    if (!view) return;
    byId("class-name").textContent = view.name;
    byId("class-facts").textContent = factsOf(view);
    byId("class-code").textContent = view.code ?? "";
  }

  #drawStudents(students: readonly MemberView[]): void {
    byId("students-empty").hidden = students.length > 0;
    showCount("student-count", students.length);
    byId("students").replaceChildren(
      ...students.map(({ display_name, grade }) =>
        make("li", {}, initial(display_name), make("span", {}, display_name), make("small", {}, grade ? fill(words.grade, { n: grade }) : "")),
      ),
    );
  }

  #drawRooms(): void {
    const rooms = [...this.#rooms.values()].sort(
      (a, b) => Number(b.answering) - Number(a.answering) || b.updated_at.localeCompare(a.updated_at),
    );
    byId("rooms-empty").hidden = rooms.length > 0;
    showCount("live-count", rooms.length);
    keepFocus(byId("rooms"), () => byId("rooms").replaceChildren(...rooms.map((room) => this.#card(room))));
    keepFocus(byId("side-rooms"), () => byId("side-rooms").replaceChildren(...rooms.map((room) => this.#sideRoom(room))));
  }

  #card(room: RoomView): HTMLElement {
    const link = this.#link(room, "room-card");
    const state = make("span", { className: "room-state" }, room.answering ? words.room_answering : ago(room.updated_at));
    const name = make("span", { className: "room-name" }, room.student_name);
    link.append(
      make("span", { className: "room-top" }, initial(room.student_name), name, make("span", { className: "tag" }, data.subjects[room.subject])),
      make("span", { className: "room-title" }, room.title || words.new_question),
      state,
    );
    return make("li", {}, link);
  }

  #sideRoom(room: RoomView): HTMLElement {
    const link = this.#link(room, "item-link");
    if (room.conversation_id === this.#roomShown) link.setAttribute("aria-current", "page");
    const facts = [room.student_name, room.answering ? words.room_answering : ""].filter(Boolean).join(" · ");
    link.append(make("span", { className: "item-title" }, room.title || words.new_question), make("span", { className: "item-facts" }, facts));
    return make("li", { className: "item" }, link);
  }

  #link(room: RoomView, className: string): HTMLAnchorElement {
    const link = make("a", { className, href: `/teacher/rooms/${room.conversation_id}` });
    link.dataset["id"] = room.conversation_id;
    link.toggleAttribute("data-answering", room.answering);
    // Its name is what stands on it, so that people who say what they see can follow it; this only explains.
    link.title = fill(words.open_room, { name: room.student_name, title: room.title || words.new_question });
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#news.openRoom(room.conversation_id);
    });
    return link;
  }

  #create(): void {
    const name = byId<HTMLInputElement>("class-title");
    const subject = byId<HTMLSelectElement>("class-subject");
    const grade = byId<HTMLSelectElement>("class-grade");
    name.value = "";
    byId("class-title-problem").hidden = true;
    subject.replaceChildren(new Option(words.no_choice, ""), ...Object.entries(data.subjects).map(([name, title]) => new Option(title, name)));
    const grades = Array.from({ length: 12 }, (_, index) => index + 1);
    grade.replaceChildren(new Option(words.no_choice, ""), ...grades.map((n) => new Option(fill(words.grade, { n }), String(n))));
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

  #showLarge(): void {
    byId("big-code-name").textContent = this.#current?.name ?? "";
    byId("big-code-text").textContent = this.#current?.code ?? "";
    byId<HTMLDialogElement>("code-dialog").showModal();
  }
}

function factsOf(view: ClassView): string {
  // A class made elsewhere may carry any subject; ours are shown in the reader's language.
  const subject = view.subject && ((data.subjects as Readonly<Record<string, string>>)[view.subject] ?? view.subject);
  return [subject, view.grade && fill(words.grade, { n: view.grade })].filter(Boolean).join(" · ");
}

function initial(name: string): HTMLElement {
  const circle = make("span", { className: "initial", ariaHidden: "true" }, [...name][0] ?? "");
  return circle;
}

function showCount(id: string, count: number): void {
  byId(id).textContent = String(count);
  byId(id).hidden = count === 0;
}

/** Redraws a list of links without taking the keyboard's place away. */
function keepFocus(list: HTMLElement, draw: () => void): void {
  const focused = list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["id"] : undefined;
  draw();
  if (focused) list.querySelector<HTMLElement>(`[data-id="${focused}"]`)?.focus();
}
