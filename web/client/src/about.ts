/** What a conversation is about: the line above its messages that leads back to the homework. Used by chat.ts. */
import type { AboutView } from "./protocol.ts";
import { byId, part } from "./ui.ts";

/** Where each kind is looked at; its id begins with that of the thing, the question follows. */
const PLACES: Readonly<Partial<Record<string, string>>> = { homework: "/homework/results/", assignment: "/homework/" };

/** @param about null or nothing where a conversation is about nothing but what is said in it */
export function showAbout(about?: AboutView | null): void {
  const place = about ? PLACES[about.kind] : undefined;
  byId("about").hidden = place === undefined;
  if (!about || place === undefined) return;
  const link = part<HTMLAnchorElement>(byId("about"), "a");
  link.href = place + (about.id.split(":")[0] ?? "");
  link.textContent = about.title;
}
