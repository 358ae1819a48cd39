/** What was handed in before: each version folds open. Used by task.ts. */
import { showFiles } from "./figures.ts";
import type { FilePictures } from "./filepictures.ts";
import type { AskedQuestion, SubmissionView } from "./protocol.ts";
import { dateTime } from "./times.ts";
import { fill, make, words } from "./ui.ts";
import { progressOf, stateText } from "./workstate.ts";
import { writeInto } from "./written.ts";

export function showVersions(
  list: HTMLElement,
  submissions: readonly SubmissionView[],
  questions: readonly AskedQuestion[],
  pictures: FilePictures,
): void {
  const open = new Set([...list.querySelectorAll<HTMLElement>("details[open]")].map((one) => one.dataset["id"]));
  list.replaceChildren(...submissions.map((one) => make("li", {}, version(one, questions, pictures, open.has(one.id)))));
}

function version(one: SubmissionView, questions: readonly AskedQuestion[], pictures: FilePictures, isOpen: boolean): HTMLElement {
  const name = fill(words.hw_version_at, { n: one.version, time: dateTime(one.submitted_at) });
  const fold = make("details", { className: "version", open: isOpen });
  fold.dataset["id"] = one.id;
  const state = make("span", { className: "version-state" }, stateText(progressOf(one)));
  fold.append(make("summary", {}, name, " ", state), work(one, questions, pictures));
  return fold;
}

/** What was handed in, to be read. */
export function work(one: SubmissionView, questions: readonly AskedQuestion[], pictures: FilePictures): HTMLElement {
  const numbers = new Map(questions.map(({ id, number }) => [id, number]));
  const body = make("div", { className: "version-work" });
  for (const [index, { question_id, text }] of one.answers.entries()) {
    const shown = make("div", { className: "written" });
    writeInto(shown, text, true);
    body.append(make("h3", {}, fill(words.hw_question, { n: numbers.get(question_id) ?? index + 1 })), shown);
  }
  if (one.text) {
    const shown = make("div", { className: "written" });
    writeInto(shown, one.text, true);
    body.append(shown);
  }
  const files = make("ul", { className: "thumbs" });
  showFiles(files, one.files, pictures);
  body.append(files);
  return body;
}
