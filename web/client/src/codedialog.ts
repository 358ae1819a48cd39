/** A dialog that asks for a code which somebody gave out, and says beside it why the code is refused. Used by chat.ts and
 *  family.ts. */
import { ApiError } from "./live/fault.ts";
import { byId, openDialog, sentenceOf, words } from "./ui.ts";

/** @param unknown the error to tell of when what was typed cannot be a code at all
 *  @param take throws ApiError when the code is refused */
export function askForCode(dialogId: string, unknown: string, take: (code: string) => Promise<void>): void {
  const input = byId<HTMLInputElement>("code");
  const problem = byId("code-problem");
  const refuse = (text: string) => {
    problem.textContent = text;
    problem.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.focus();
    return false;
  };
  input.value = "";
  problem.hidden = true;
  input.removeAttribute("aria-invalid");
  openDialog(dialogId, async () => {
    const code = input.value.trim();
    if (!code) return refuse(words.need_code);
    try {
      await take(code);
      return true;
    } catch (error) {
      const unfit = error instanceof ApiError && error.code === "invalid_input";
      return refuse(sentenceOf(unfit ? new ApiError(unknown) : error));
    }
  });
}
