/** Why a person has to look at an answer, in words. Used by the pages of homework. */
import type { QueueRow } from "./protocol.ts";
import { data, make, words } from "./ui.ts";

type Flag = QueueRow["flags"][number];

const NAMES: Readonly<Record<Flag, string>> = {
  undecided: words.mark_flag_undecided,
  unsure: words.mark_flag_unsure,
  disagreement: words.mark_flag_disagreement,
  unproved: words.mark_flag_unproved,
  suspicious: words.mark_flag_suspicious,
  picture: words.mark_flag_picture,
  unreadable: words.mark_flag_unreadable,
  invalid: words.mark_flag_invalid,
  no_service: words.mark_flag_no_service,
};

/** A flag by its short name; the pointer finds the sentence. */
export function flagChip(flag: Flag): HTMLElement {
  return make("span", { className: "flag", title: data.flags[flag] ?? "" }, NAMES[flag]);
}
