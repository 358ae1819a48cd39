/** The live room without a page around it: whoever gives it a connection (a browser page, a mini-program) gets a
 *  conversation that is equal to the server's after any loss. Nothing in this folder knows a DOM or a network library;
 *  tsconfig.live.json and test/live.test.ts hold that. */
export type { ConnectionState, LiveConnection, Store } from "./connection.ts";
export { ApiError, asApiError, isGone } from "./fault.ts";
export type { RoomListener } from "./listener.ts";
export { noticeOf, type Health, type Notice } from "./notice.ts";
export type { Unsent, UnsentState } from "./outbox.ts";
export { Room, type RoomOptions } from "./room.ts";
export type { SuggestionState } from "./suggestion.ts";
