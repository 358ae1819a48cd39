/** The hands that are up in a class, in their order: who waits how long for what, and which teacher goes. Used by
 *  board.ts. */
import { KeyedList, type Shown } from "./keyedlist.ts";
import type { HandView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { tell } from "./tile.ts";
import { lasting } from "./times.ts";
import { byId, complain, fill, fromTemplate, held, part, words, write } from "./ui.ts";

export class HandQueue {
  readonly #connection: Connection;
  readonly #list: KeyedList<HandView, HandLine>;

  /** `me` is the teacher's id; `openRoom` shows a room to her. */
  constructor(connection: Connection, me: string, openRoom: (conversationId: string) => void) {
    this.#connection = connection;
    const go = (id: string) => this.#command("hand.claim", id).then((done) => void (done && openRoom(id)));
    const end = (id: string) => this.#command("hand.done", id).then(() => {});
    this.#list = new KeyedList(byId("hands"), {
      key: (hand) => hand.conversation_id,
      compare: (one, other) => one.raised_at.localeCompare(other.raised_at) || one.conversation_id.localeCompare(other.conversation_id),
      make: () => new HandLine(me, { go, openRoom, end }),
    });
  }

  /** Shows the hands of the class, and says who is new in the queue when it is `news`. */
  show(hands: readonly HandView[], news: boolean): void {
    const hadFocus = byId("hands-part").contains(document.activeElement);
    const added = hands.filter(({ conversation_id }) => !this.#list.get(conversation_id));
    this.#list.replace(hands);
    byId("hands-part").hidden = hands.length === 0;
    write(byId("hand-count"), String(hands.length));
    // The line that had the focus is gone: it goes on where the queue, or the class, begins.
    if (hadFocus && !byId("hands-part").contains(document.activeElement)) byId(hands.length > 0 ? "hands-title" : "class-name").focus();
    if (news && added.length > 0) tell(added.map(({ student_name }) => fill(words.raised_hand, { name: student_name })).join(" "));
  }

  tick(): void {
    for (const line of this.#list.shown()) line.tick();
  }

  async #command(command: "hand.claim" | "hand.done", conversationId: string): Promise<boolean> {
    try {
      await this.#connection.call(command, { conversation_id: conversationId });
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }
}

interface HandActions {
  /** Claims the hand and opens its room. */
  go(conversationId: string): Promise<void>;
  openRoom(conversationId: string): void;
  end(conversationId: string): Promise<void>;
}

class HandLine implements Shown<HandView> {
  readonly element = fromTemplate("hand");
  readonly #go = part<HTMLButtonElement>(this.element, "[data-do=go]");
  readonly #open = part<HTMLButtonElement>(this.element, "[data-do=open]");
  readonly #end = part<HTMLButtonElement>(this.element, "[data-do=end]");
  readonly #me: string;
  #hand: HandView | null = null;

  constructor(me: string, actions: HandActions) {
    this.#me = me;
    const run = (button: HTMLButtonElement, work: (id: string) => Promise<void> | void) =>
      button.addEventListener("click", () => void held(button, async () => work(this.#hand!.conversation_id)));
    run(this.#go, actions.go);
    run(this.#open, actions.openRoom);
    run(this.#end, actions.end);
  }

  show(hand: HandView): void {
    this.#hand = hand;
    this.element.dataset["id"] = hand.conversation_id;
    write(part(this.element, ".hand-name"), hand.student_name);
    write(part(this.element, ".hand-line"), hand.line ?? "");
    const isMine = hand.claimed_by === this.#me;
    const claimed = part(this.element, ".hand-claimed");
    claimed.hidden = hand.claimed_by === null;
    write(claimed, isMine ? words.hand_mine : fill(words.hand_claimed, { name: hand.claimed_name ?? "" }));
    this.#go.hidden = hand.claimed_by !== null;
    this.#open.hidden = !isMine;
    this.#end.hidden = hand.claimed_by === null;
    this.tick();
  }

  tick(): void {
    if (this.#hand) write(part(this.element, ".hand-time"), lasting(this.#hand.raised_at));
  }
}
