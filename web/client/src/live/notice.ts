/** What a page should say about the service in one quiet line: the worst thing alone. Used by banner.ts. */
import type { ConnectionState } from "./connection.ts";

/** Which parts of the service answer. */
export interface Health {
  readonly mongodb: boolean;
  readonly redis: boolean;
  readonly ai: boolean;
}

/** `mongodb`: nothing can be saved. `ai`: the tutor cannot be reached. `redis`: news come late between servers. */
export type Notice = Exclude<ConnectionState, "online"> | keyof Health;

const WORST_FIRST = ["mongodb", "ai", "redis"] as const;

/** The notice for this state of things; null when all is well. */
export function noticeOf(state: ConnectionState, health: Health): Notice | null {
  if (state !== "online") return state;
  return WORST_FIRST.find((part) => !health[part]) ?? null;
}
