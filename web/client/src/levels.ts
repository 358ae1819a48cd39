/** The names of the levels of help that the tutor gives with a problem. Used by message.ts and notices.ts. */
import { words } from "./ui.ts";

const LEVELS = [words.level_1, words.level_2, words.level_3, words.level_4, words.level_5];

/** The name of a level from 1 up; none below, and none above the full solution. */
export function levelName(level: number): string | undefined {
  return LEVELS[level - 1];
}
