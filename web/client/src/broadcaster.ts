/** The teacher's composer for a class: says something to all of it or to some, and shows who has read what was said. */
import "./styles/broadcasts.css";
import { clientId } from "./ids.ts";
import { keep, kept } from "./kept.ts";
import type { Broadcasts, BroadcastView, MemberView, SendBroadcast } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { ago } from "./times.ts";
import { busy, complain, fill, make, toast, words } from "./ui.ts";

const LONGEST = 2000;

/** Puts the composer of a class into an element, in place of what is there; gives the function that takes it away. */
export function mountBroadcaster(
  host: HTMLElement,
  connection: Connection,
  classId: string,
  students: readonly MemberView[],
): () => void {
  const broadcaster = new Broadcaster(connection, classId, students);
  host.replaceChildren(broadcaster.element);
  return () => broadcaster.close();
}

class Broadcaster {
  readonly element = make("section", { className: "broadcaster", ariaLabel: words.broadcasts });
  readonly #connection: Connection;
  readonly #classId: string;
  readonly #box = make("textarea", { className: "broadcaster-box", rows: 2, maxLength: LONGEST, placeholder: words.broadcast_write });
  readonly #choices: HTMLInputElement[];
  readonly #whom = make("summary", {});
  readonly #list = make("ul", { className: "broadcaster-list" });
  readonly #sent = new Map<string, BroadcastView>();
  readonly #stops: (() => void)[];
  /** What is being sent: trying again after a lost answer sends it once. */
  #pending: SendBroadcast | null = null;

  constructor(connection: Connection, classId: string, students: readonly MemberView[]) {
    this.#connection = connection;
    this.#classId = classId;
    this.#box.setAttribute("aria-label", words.broadcast_write);
    this.#box.value = kept(this.#name);
    this.#box.addEventListener("input", () => keep(this.#name, this.#box.value));
    this.#choices = students.map(({ id }) => make("input", { type: "checkbox", value: id }));
    this.element.append(this.#form(students), this.#list);
    this.#stops = [
      connection.on("broadcast.added", ({ broadcast }) => this.#take([broadcast])),
      connection.on("broadcast.changed", ({ id, read }) => this.#readBy(id, read)),
      connection.onState((state) => state === "online" && void this.#load()),
    ];
    this.#drawWhom();
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.element.remove();
  }

  #form(students: readonly MemberView[]): HTMLFormElement {
    const names = students.map(({ display_name }, index) =>
      make("label", { className: "choice-chip" }, this.#choices[index] ?? "", make("span", {}, display_name)),
    );
    const whom = make("details", { className: "broadcaster-whom" }, this.#whom, make("div", { className: "chips" }, ...names));
    const send = make("button", { type: "submit", className: "primary" }, words.broadcast_send);
    const form = make("form", { noValidate: true }, this.#box, make("div", { className: "broadcaster-foot" }, whom, send));
    whom.addEventListener("change", () => this.#drawWhom());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(form, () => this.#send());
    });
    return form;
  }

  /** Under which name the text is kept while it is written. */
  get #name(): string {
    return `broadcast:${this.#classId}`;
  }

  get #chosen(): string[] {
    return this.#choices.filter(({ checked }) => checked).map(({ value }) => value);
  }

  #drawWhom(): void {
    const { length } = this.#chosen;
    this.#whom.textContent = length === 0 ? words.broadcast_to_all : fill(words.broadcast_to_some, { n: length });
  }

  async #send(): Promise<void> {
    const text = this.#box.value.trim();
    if (!text) return this.#box.focus();
    const wish = { class_id: this.#classId, text, student_ids: this.#chosen.length > 0 ? this.#chosen : null };
    const isSame = JSON.stringify({ ...this.#pending, client_id: null }) === JSON.stringify({ ...wish, client_id: null });
    if (!this.#pending || !isSame) this.#pending = { ...wish, client_id: clientId() };
    try {
      const { broadcast } = await this.#connection.call("broadcast.send", this.#pending);
      this.#pending = null;
      this.#forget(text);
      for (const choice of this.#choices) choice.checked = false;
      this.#drawWhom();
      this.#take([broadcast]);
      toast(fill(words.broadcast_sent, { n: broadcast.reached?.addressed ?? 0 }));
    } catch (error) {
      complain(error);
    }
  }

  /** Empties the box, unless something else is being written already. */
  #forget(text: string): void {
    if (this.#box.value.trim() !== text) return;
    this.#box.value = "";
    keep(this.#name, "");
  }

  async #load(): Promise<void> {
    try {
      const query = new URLSearchParams({ class_id: this.#classId, limit: "10" });
      this.#take((await this.#connection.api.get<Broadcasts>(`broadcasts?${query}`)).items);
    } catch (error) {
      complain(error);
    }
  }

  #take(broadcasts: readonly BroadcastView[]): void {
    for (const one of broadcasts) {
      const read = this.#sent.get(one.id)?.reached?.read ?? 0;
      if (one.class_id === this.#classId) this.#sent.set(one.id, readBy(one, read));
    }
    this.#draw();
  }

  #readBy(id: string, read: number): void {
    const broadcast = this.#sent.get(id);
    if (!broadcast) return;
    this.#sent.set(id, readBy(broadcast, read));
    this.#draw();
  }

  #draw(): void {
    const newestFirst = [...this.#sent.values()].sort((a, b) => b.sent_at.localeCompare(a.sent_at));
    this.#list.replaceChildren(...newestFirst.map(row));
  }
}

/** The numbers may come in any order, and only grow. */
function readBy(broadcast: BroadcastView, read: number): BroadcastView {
  const { reached } = broadcast;
  return reached && read > reached.read ? { ...broadcast, reached: { ...reached, read } } : broadcast;
}

function row({ text, teacher_name, sent_at, reached }: BroadcastView): HTMLElement {
  const count = reached ? fill(words.broadcast_reached, { read: reached.read, n: reached.addressed }) : "";
  return make("li", {}, make("p", {}, text), make("small", {}, [teacher_name, ago(sent_at), count].filter(Boolean).join(" · ")));
}
