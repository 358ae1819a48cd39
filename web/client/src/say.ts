/** The part of the desk where a teacher says something to a whole class. What is in it is fetched when it is opened. Used
 *  by desk.ts. */
import { mountBroadcaster } from "./broadcaster.ts";
import type { ClassRoster } from "./protocol.ts";
import type { Connection } from "./socket.ts";
import { byId, complain } from "./ui.ts";

export class Say {
  readonly #connection: Connection;
  readonly #fold = byId<HTMLDetailsElement>("say");
  #classId: string | null = null;
  #unmount: () => void = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#fold.addEventListener("toggle", () => void this.#show());
  }

  /** The class that is shown now. */
  turnTo(classId: string | null): void {
    if (classId === this.#classId) return;
    this.#classId = classId;
    this.#unmount();
    this.#fold.open = false;
  }

  async #show(): Promise<void> {
    this.#unmount();
    const id = this.#classId;
    if (!this.#fold.open || id === null) return;
    try {
      const { students } = await this.#connection.api.get<ClassRoster>(`classes/${id}`);
      if (id !== this.#classId || !this.#fold.open) return;
      this.#unmount(); // it may have been folded and opened again meanwhile
      this.#unmount = mountBroadcaster(byId("say-host"), this.#connection, id, students);
    } catch (error) {
      complain(error);
    }
  }
}
