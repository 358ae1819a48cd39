/** What teachers say to the student's classes, as cards over the page until the student says that they were read. */
import "./styles/broadcasts.css";
import type { Broadcasts, BroadcastView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { ago } from "./times.ts";
import { byId, complain, held, icon, make, words } from "./ui.ts";

/** Shows what is not read yet, and what comes from now on. */
export function showBroadcasts(connection: Connection): void {
  new Cards(connection);
}

class Cards {
  readonly #connection: Connection;
  readonly #frame = make("section", { className: "broadcasts", ariaLabel: words.broadcasts });
  readonly #cards = new Map<string, HTMLElement>();
  /** Read while this page is open: an answer that set out before does not bring them back. */
  readonly #read = new Set<string>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#frame.setAttribute("aria-live", "polite");
    document.body.append(this.#frame);
    connection.on("broadcast.added", ({ broadcast }) => this.#add(broadcast));
    connection.on("broadcast.seen", ({ id }) => this.#seen(id));
    connection.onState((state) => state === "online" && void this.#load());
    if (connection.state === "online") void this.#load();
  }

  /** Whatever came while nobody listened; what is gone from the list (the student left the class) goes from the page. */
  async #load(): Promise<void> {
    const shown = [...this.#cards.keys()]; // what comes while we ask is newer than the answer
    try {
      const { items } = await this.#connection.api.get<Broadcasts>("broadcasts");
      const unread = items.filter(({ read }) => !read);
      const known = new Set(unread.map(({ id }) => id));
      for (const id of shown) if (!known.has(id)) this.#remove(id);
      for (const broadcast of unread.reverse()) this.#add(broadcast);
    } catch (error) {
      complain(error);
    }
  }

  /** The newest lies on top. */
  #add(broadcast: BroadcastView): void {
    if (this.#cards.has(broadcast.id) || this.#read.has(broadcast.id)) return;
    const card = this.#card(broadcast);
    this.#cards.set(broadcast.id, card);
    this.#frame.prepend(card);
  }

  #seen(id: string): void {
    this.#read.add(id);
    this.#remove(id);
  }

  /** Who had the focus in it goes on to the next one, or to where one writes. */
  #remove(id: string): void {
    const card = this.#cards.get(id);
    const hadFocus = card?.contains(document.activeElement) ?? false;
    card?.remove();
    this.#cards.delete(id);
    if (hadFocus) (this.#frame.querySelector("button") ?? byId("box")).focus();
  }

  #card({ id, teacher_name, class_name, sent_at, text }: BroadcastView): HTMLElement {
    const facts = [class_name, ago(sent_at)].join(" · ");
    const read = make("button", { type: "button", className: "small" }, icon("check"), make("span", {}, words.broadcast_read));
    read.addEventListener("click", () => void held(read, () => this.#confirm(id)));
    const card = make(
      "article",
      { className: "broadcast" },
      make("header", {}, icon("speaker"), make("h2", {}, teacher_name), make("p", {}, facts)),
      make("p", { className: "broadcast-text", tabIndex: 0 }, text),
      read,
    );
    card.dataset["broadcastId"] = id;
    return card;
  }

  async #confirm(id: string): Promise<void> {
    try {
      await this.#connection.call("broadcast.read", { broadcast_id: id });
      this.#seen(id);
    } catch (error) {
      complain(error);
    }
  }
}
