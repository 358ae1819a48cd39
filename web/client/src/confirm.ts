/** Asks before something is done that cannot be taken back. Used by the pages of classes, families and schools. */
import { byId, openDialog } from "./ui.ts";

/** Whether the reader is sure; `yes` is on the button that says so. */
export function confirmed(title: string, text: string, yes: string): Promise<boolean> {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-yes").textContent = yes;
  return new Promise((resolve) => {
    let sure = false;
    const dialog = openDialog("confirm", () => {
      sure = true;
      return Promise.resolve(true);
    });
    dialog.addEventListener("close", () => resolve(sure), { once: true });
  });
}
