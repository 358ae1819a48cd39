/** The drawer of the phone. Used by the pages of students and teachers. */
import { byId, part } from "./ui.ts";

/** The drawer of the phone: the side list slides over the room, and everything else waits. */
export function setUpDrawer(): { close: () => void } {
  const side = byId("side");
  const opener = part<HTMLButtonElement>(document, "[data-drawer=open]");
  const narrow = matchMedia("(max-width: 55.99rem)");
  const show = (open: boolean) => {
    side.toggleAttribute("data-open", open);
    side.inert = narrow.matches && !open;
    for (const button of document.querySelectorAll("[data-drawer=open]")) button.setAttribute("aria-expanded", String(open));
  };
  const close = () => {
    const hadFocus = side.contains(document.activeElement);
    show(false);
    if (hadFocus && narrow.matches) opener.focus();
  };
  for (const button of document.querySelectorAll("[data-drawer=open]")) {
    button.addEventListener("click", () => {
      show(true);
      part(side, "a, button:not([data-drawer])").focus();
    });
  }
  for (const button of document.querySelectorAll("[data-drawer=close]")) button.addEventListener("click", close);
  side.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side.hasAttribute("data-open")) close();
  });
  narrow.addEventListener("change", () => show(false));
  show(false);
  return { close };
}
