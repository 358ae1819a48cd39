/** The quiet line above the box: what is wrong with the connection or the service, in words of its own, until it is right
 *  again. It floats in space that is kept free for it, so that nothing moves. Made by session.ts. */
import { type ConnectionState, type Health, noticeOf, type Notice } from "./live/index.ts";
import type { UserView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { make, words } from "./ui.ts";

/** A connection that takes longer than this is worth a word. */
const PATIENCE_MS = 700;
/** A server that has something to complain of says so this soon after it admitted us. */
const ADMISSION_MS = 1_000;
const WELL: Health = { mongodb: true, redis: true, ai: true };

export class Banner {
  readonly #connection: Connection;
  readonly #role: UserView["role"];
  #health = WELL;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #admission: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, role: UserView["role"]) {
    this.#connection = connection;
    this.#role = role;
    connection.onState((state) => this.#changed(state));
    connection.on("service.changed", ({ mongodb, redis, ai }) => this.#told({ mongodb, redis, ai }));
    this.#changed(connection.state);
  }

  #changed(state: ConnectionState): void {
    clearTimeout(this.#admission);
    // What another server said is not true for long; until this one has spoken it stands.
    if (state === "online") this.#admission = setTimeout(() => this.#told(WELL), ADMISSION_MS);
    this.#show();
  }

  #told(health: Health): void {
    clearTimeout(this.#admission);
    this.#health = health;
    this.#show();
  }

  #show(): void {
    clearTimeout(this.#patience);
    const notice = noticeOf(this.#connection.state, this.#health);
    if (notice === "connecting") this.#patience = setTimeout(() => this.#say(notice), PATIENCE_MS);
    else this.#say(notice);
  }

  #say(notice: Notice | null): void {
    if (notice === null) showBanner("");
    else showBanner(this.#sentence(notice), notice, () => this.#wayOut(notice));
  }

  #sentence(notice: Notice): string {
    const isTeacher = this.#role === "teacher";
    const sentences: Record<Notice, string> = {
      connecting: words.banner_connecting,
      offline: words.banner_offline,
      replaced: words.banner_replaced,
      ended: words.banner_ended,
      mongodb: words.banner_mongodb,
      redis: isTeacher ? words.banner_redis_teacher : words.banner_redis,
      ai: isTeacher ? words.banner_ai_teacher : words.banner_ai,
    };
    return sentences[notice];
  }

  /** What the reader can do about it. */
  #wayOut(notice: Notice): HTMLElement[] {
    if (notice === "ended") {
      const link = make("a", { href: "/sign-in" }, words.sign_in);
      link.search = new URLSearchParams({ next: location.pathname + location.search }).toString();
      return [link];
    }
    if (notice !== "replaced") return [];
    const button = make("button", { type: "button", className: "small" }, words.use_here);
    button.addEventListener("click", () => this.#connection.comeBack());
    return [button];
  }
}

/** Shows a text, and what can be done about it, in every banner of the page; "" shows none. */
export function showBanner(text: string, kind = "", wayOut: () => Node[] = () => []): void {
  for (const banner of document.querySelectorAll<HTMLElement>(".banner")) {
    banner.hidden = text === "";
    banner.dataset["kind"] = kind;
    if (banner.firstChild?.textContent === text) continue; // it is not said twice to those who listen
    banner.replaceChildren(make("span", {}, text), ...wayOut());
  }
}
