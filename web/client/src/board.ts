/** The live board of a class: a tile for each student, sorted by need, and the hands that are up. The server sends what
 *  changed, and only that is touched. Used by desk.ts. */
import { HandQueue } from "./handqueue.ts";
import { KeyedList } from "./keyedlist.ts";
import { type ApiError, asApiError, isGone } from "./live/index.ts";
import type { TileView } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { byNeed, TileCard, TileLine } from "./tile.ts";
import { byId, complain, held, write } from "./ui.ts";

const TICK_MS = 1000;
/** How often the times in words grow. */
const TIMES_EVERY = 10;
/** A tile does not jump away from under a pointer that was just moved. */
const POINTING_MS = 1500;
/** A board that could not be read is read again after this. */
const AGAIN_MS = 3000;

export interface BoardNews {
  openRoom(conversationId: string): void;
  /** The class may not be looked into any more: somebody else has archived it, or taken it from the reader. */
  lost(): void;
}

export class Board {
  readonly #connection: Connection;
  readonly #news: BoardNews;
  readonly #tiles = new KeyedList<TileView, TileCard>(byId("tiles"), {
    key: ({ student_id }) => student_id,
    compare: byNeed,
    make: () => new TileCard(),
  });
  readonly #side = new KeyedList<TileView, TileLine>(byId("side-rooms"), {
    key: ({ student_id }) => student_id,
    compare: byNeed,
    make: () => new TileLine(),
  });
  readonly #hands: HandQueue;
  #classId: string | null = null;
  #isLoaded = false;
  /** It could not be read: that was said, and it is tried again. */
  #hasFailed = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #pointedAt = -POINTING_MS;
  #ticks = 0;

  constructor(connection: Connection, me: string, news: BoardNews) {
    this.#connection = connection;
    this.#news = news;
    this.#hands = new HandQueue(connection, me, (id) => news.openRoom(id));
    connection.onState((state) => state === "online" && void this.#load());
    connection.on("tiles.changed", ({ class_id, tiles, gone }) => this.#isShown(class_id) && this.#change(tiles, gone));
    connection.on("hands.changed", ({ class_id, hands }) => this.#isShown(class_id) && this.#hands.show(hands, true));
    connection.on("access.lost", ({ class_id }) => class_id != null && class_id === this.#classId && news.lost());
    for (const list of [byId("tiles"), byId("side-rooms")]) list.addEventListener("click", (event) => this.#clicked(event));
    byId("tiles").addEventListener("pointermove", () => void (this.#pointedAt = performance.now()), { passive: true });
    setInterval(() => this.#tick(), TICK_MS);
  }

  /** Follows this class and no other; null follows none. */
  watch(classId: string | null): void {
    if (this.#classId !== null && this.#classId !== classId && this.#connection.state === "online") {
      this.#connection.call("class.unwatch", { class_id: this.#classId }).catch(() => {}); // the server forgets by itself
    }
    if (this.#classId !== classId) {
      this.#show([]);
      this.#hasFailed = false;
    }
    this.#classId = classId;
    void this.#load();
  }

  /** Whose conversation it is, if it is the one on a tile. */
  nameIn(conversationId: string): string | undefined {
    return [...this.#tiles.items()].find(({ conversation_id }) => conversation_id === conversationId)?.name;
  }

  /** Marks the room that is open, in the list that then stands beside it. */
  showRoom(conversationId: string | null): void {
    byId("side-live").hidden = conversationId === null;
    for (const line of this.#side.shown()) line.mark(location.pathname);
  }

  #isShown(classId: string): boolean {
    return this.#isLoaded && classId === this.#classId;
  }

  /** Reads the whole board; also after every reconnect, when the server has forgotten this socket. */
  async #load(): Promise<void> {
    const id = this.#classId;
    clearTimeout(this.#again);
    this.#isLoaded = false;
    if (id === null || this.#connection.state !== "online") return;
    try {
      const { tiles, hands } = await this.#connection.call("class.watch", { class_id: id });
      if (id !== this.#classId) return;
      this.#isLoaded = true;
      this.#hasFailed = false;
      this.#show(tiles);
      this.#hands.show(hands, false);
    } catch (error) {
      if (id === this.#classId) this.#failed(asApiError(error));
    }
  }

  #failed(error: ApiError): void {
    this.#again = setTimeout(() => void this.#load(), error.retryAfterMs ?? AGAIN_MS);
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    if (isGone(error)) this.#news.lost();
    else complain(error);
  }

  #show(tiles: readonly TileView[]): void {
    this.#tiles.replace(tiles);
    this.#side.replace(tiles.filter(isThere));
    if (tiles.length === 0) this.#hands.show([], false);
    this.#count();
  }

  #change(tiles: readonly TileView[], gone: readonly string[]): void {
    for (const studentId of gone) for (const list of [this.#tiles, this.#side]) list.remove(studentId);
    for (const tile of tiles) {
      this.#tiles.put(tile);
      if (isThere(tile)) this.#side.put(tile);
      else this.#side.remove(tile.student_id);
    }
    this.#side.settle();
    this.#settle();
    this.#count();
  }

  #settle(): void {
    if (performance.now() - this.#pointedAt > POINTING_MS) this.#tiles.settle();
  }

  #count(): void {
    const there = [...this.#tiles.items()].filter(({ state }) => state !== "offline").length;
    write(byId("live-count"), `${there}/${this.#tiles.size}`);
    byId("live-count").hidden = this.#tiles.size === 0;
    byId("tiles-empty").hidden = !this.#isLoaded || this.#tiles.size > 0;
  }

  #tick(): void {
    this.#settle();
    this.#ticks += 1;
    if (document.hidden || this.#ticks % TIMES_EVERY !== 0) return;
    for (const tile of this.#tiles.shown()) tile.tick();
    this.#hands.tick();
  }

  #clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const clear = target.closest<HTMLButtonElement>("[data-do=clear]");
    if (clear) return void held(clear, () => this.#clearFlag(clear));
    const id = target.closest<HTMLElement>("a[data-id]")?.dataset["id"];
    if (!id || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#news.openRoom(id);
  }

  async #clearFlag(button: HTMLElement): Promise<void> {
    const student = button.closest<HTMLElement>("[data-student]")?.dataset["student"] ?? "";
    const id = this.#tiles.get(student)?.conversation_id;
    if (!id) return;
    try {
      await this.#connection.call("tile.flag", { conversation_id: id, on: false });
    } catch (error) {
      complain(error);
    }
  }
}

/** Whether a student belongs into the list beside a room. */
function isThere(tile: TileView): boolean {
  return tile.conversation_id !== null && tile.state !== "offline";
}
