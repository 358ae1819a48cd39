/** What teachers say to the student's classes, as cards over the page until the student says that they were read. */
import "./styles/broadcasts.css";
import type { Broadcasts, BroadcastView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { ago, complain, held, icon, make, words } from "./ui.ts";

/** Shows what is not read yet, and what comes from now on. */
export function showBroadcasts(connection: Connection): void {
  new Cards(connection);
}

class Cards {
  readonly #connection: Connection;
  readonly #frame = make("section", { className: "broadcasts", ariaLabel: words.broadcasts });
  readonly #cards = new Map<string, HTMLElement>();

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#frame.setAttribute("aria-live", "polite");
    document.body.append(this.#frame);
    connection.on("broadcast.added", ({ broadcast }) => this.#add(broadcast));
    connection.on("broadcast.seen", ({ id }) => this.#remove(id));
    connection.onState((state) => state === "online" && void this.#load());
    if (connection.state === "online") void this.#load();
  }

  /** Whatever came while nobody listened; what is gone from the list (the student left the class) goes from the page. */
  async #load(): Promise<void> {
    try {
      const { items } = await this.#connection.api.get<Broadcasts>("broadcasts");
      const unread = items.filter(({ read }) => !read);
      const known = new Set(unread.map(({ id }) => id));
      for (const id of this.#cards.keys()) if (!known.has(id)) this.#remove(id);
      for (const broadcast of unread.reverse()) this.#add(broadcast);
    } catch (error) {
      complain(error);
    }
  }

  /** The newest lies on top. */
  #add(broadcast: BroadcastView): void {
    if (this.#cards.has(broadcast.id)) return;
    const card = this.#card(broadcast);
    this.#cards.set(broadcast.id, card);
    this.#frame.prepend(card);
  }

  #remove(id: string): void {
    this.#cards.get(id)?.remove();
    this.#cards.delete(id);
  }

  #card({ id, teacher_name, class_name, sent_at, text }: BroadcastView): HTMLElement {
    const facts = [class_name, ago(sent_at)].join(" · ");
    const read = make("button", { type: "button", className: "small" }, icon("check"), make("span", {}, words.broadcast_read));
    read.addEventListener("click", () => void held(read, () => this.#read(id)));
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

  async #read(id: string): Promise<void> {
    try {
      await this.#connection.call("broadcast.read", { broadcast_id: id });
      this.#remove(id);
    } catch (error) {
      complain(error);
    }
  }
}
