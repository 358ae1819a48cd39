/** What happened in a room, worded for the reader: a line between the messages. */
import { levelName } from "./levels.ts";
import type { MessageView, NoticeView } from "./protocol.ts";
import { timeOf } from "./times.ts";
import { fill, make, words } from "./ui.ts";

const SENTENCES: Readonly<Record<string, string>> = {
  "floor.taken": words.notice_floor_taken,
  "floor.returned": words.notice_floor_returned,
  "floor.lost": words.notice_floor_lost,
  "approval.begun": words.notice_approval_begun,
  "reply.stopped": words.notice_reply_stopped,
  "reply.held": words.notice_reply_held,
  "reply.released": words.notice_reply_released,
  "hand.raised": words.notice_hand_raised,
  "hand.lowered": words.notice_hand_lowered,
  "hand.claimed": words.notice_hand_claimed,
  "hand.done": words.notice_hand_done,
  "hint.given": words.notice_hint_given,
};

/** The sentence of a notice. */
export function sentenceOfNotice({ kind, by, facts }: NoticeView): string {
  const values = { ...facts, name: by?.name ?? words.tutor, step: levelName(Number(facts["level"])) };
  const sentence = fill(SENTENCES[kind] ?? words.notice_other, values);
  return facts["line"] ? fill(words.with_line, { text: sentence, line: facts["line"] }) : sentence;
}

/** The line of a message that is a notice. */
export function noticeElement(message: MessageView): HTMLElement {
  const time = make("time", { dateTime: message.created_at }, timeOf(Date.parse(message.created_at)));
  const element = make("p", { className: "notice" }, time, make("span", {}, message.notice ? sentenceOfNotice(message.notice) : ""));
  element.dataset["messageId"] = message.id;
  element.dataset["seq"] = String(message.seq);
  element.dataset["kind"] = message.notice?.kind ?? "";
  return element;
}
