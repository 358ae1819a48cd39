/** The menu of one row of a list: a popover beside the button that opens it. Used by conversations.ts and members.ts. */
import { byId, part } from "./ui.ts";

/** Shows the page's menu beside a button; `run` has what each `data-do` does. */
export function openMenu(button: HTMLElement, run: Readonly<Record<string, () => void>>): void {
  const menu = byId("menu");
  for (const choice of menu.querySelectorAll<HTMLButtonElement>("[data-do]")) {
    choice.onclick = () => {
      menu.hidePopover();
      run[choice.dataset["do"] ?? ""]?.();
    };
  }
  menu.showPopover();
  const { right, bottom } = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(right, innerWidth - 8) - menu.offsetWidth)}px`;
  menu.style.top = `${Math.min(bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
  part(menu, "button").focus();
}
