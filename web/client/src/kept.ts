/** Texts that somebody is still writing, kept in the tab: neither a reload nor a look elsewhere loses them. Used by the
 *  boxes of rooms and classes. */

const PREFIX = "draft:";

/** The text that was kept under a name; "" when there is none. */
export function kept(name: string): string {
  return sessionStorage.getItem(PREFIX + name) ?? "";
}

/** Keeps a text in the place of the one before; "" keeps none. */
export function keep(name: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(PREFIX + name, text);
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Full or forbidden: the box alone must do.
  }
}

/** Forgets all of them: the next person at this computer is somebody else. */
export function forgetKept(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
