/** The form in which homework is written: answers, photos, the draft of both, and handing in. Used by task.ts and
 *  ownwork.ts. */
import { AnswerField, preview } from "./answerfield.ts";
import type { Api } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { clientId } from "./ids.ts";
import { Once } from "./once.ts";
import type { AskedQuestion, DraftView, HandIn, OneDraft, OneSubmission, SaveDraft, SubmissionView } from "./protocol.ts";
import { Shots } from "./shots.ts";
import { busy, byId, complain, fill, inOneLine, part, toast, words, write } from "./ui.ts";
import { type DraftState, newest, type Work, WorkDraft } from "./workdraft.ts";

export interface WorkFormOptions {
  readonly api: Api;
  readonly userId: string;
  /** The assignment, or `own`. */
  readonly about: string;
  /** What is sent beside the work itself; null when that is not complete, which the form has then shown. */
  more(): Omit<HandIn, "client_id"> | null;
  handedIn(submission: SubmissionView): void;
  /** Leads to the tutor with a question; null where there is none to ask about. */
  ask: ((question: AskedQuestion) => Promise<void>) | null;
}

export class WorkForm {
  readonly #options: WorkFormOptions;
  readonly #form = byId<HTMLFormElement>("work");
  readonly #free = byId<HTMLTextAreaElement>("free");
  readonly #showFree = preview(this.#free, byId("free-preview"));
  readonly #shots: Shots;
  readonly #draft: WorkDraft;
  readonly #once: Once;
  #fields: AnswerField[] = [];

  constructor(options: WorkFormOptions) {
    this.#options = options;
    const { api, about, userId } = options;
    const key = `work:${userId}:${about}`;
    this.#shots = new Shots(api, { changed: () => this.#changed(), removed: () => this.#draft.flush() });
    this.#once = new Once(localStorage, `${key}:sent`, clientId);
    this.#draft = new WorkDraft({
      store: localStorage,
      key,
      save: async ({ answers, text, files }) => {
        const body: SaveDraft = { answers: [...answers], text, file_ids: files.map(({ id }) => id) };
        await api.put<OneDraft>(`drafts/${about}`, body);
      },
      told: (state) => write(byId("saved"), sentenceOfDraft(state)),
    });
    this.#free.addEventListener("input", () => this.#changed());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void busy(this.#form, () => this.#handIn());
    });
    addEventListener("online", () => void this.#draft.flush());
    addEventListener("pagehide", () => void this.#draft.flush());
  }

  /** Shows the questions, and what was written for them: the draft, else what was handed in before.
   *  Gives whether there is a draft. */
  fill(questions: readonly AskedQuestion[], draft: DraftView | null, before: SubmissionView | null): boolean {
    const { ask } = this.#options;
    this.#fields = questions.map((one) => new AnswerField(one, () => this.#changed(), ask && (() => ask(one))));
    byId("questions").replaceChildren(...this.#fields.map(({ element }) => element));
    byId("free-part").hidden = questions.length > 0;
    const left = this.#draft.left;
    const kept = newest(left, draft && { work: draft, savedAt: draft.saved_at });
    this.#show(kept ?? before ?? { answers: [], text: "", files: [] });
    if (kept !== null && kept === left?.work) this.#changed(); // it goes to the server now
    this.#form.inert = false; // before, the browser itself would have sent it
    return kept !== null;
  }

  /** What was handed in is only read. */
  lock(locked: boolean): void {
    for (const field of this.#fields) field.isLocked = locked;
    this.#free.readOnly = locked;
    this.#form.toggleAttribute("data-locked", locked);
  }

  get #work(): Work {
    const answers = this.#fields.flatMap(({ id, value }) => (value ? [{ question_id: id, text: value }] : []));
    return { answers, text: this.#free.value.trim(), files: this.#shots.files };
  }

  #show({ answers, text, files }: Work): void {
    const typed = new Map(answers.map((one) => [one.question_id, one.text]));
    for (const field of this.#fields) field.value = typed.get(field.id) ?? "";
    this.#free.value = text;
    this.#showFree();
    this.#shots.restore(files);
  }

  #changed(): void {
    this.#draft.change(this.#work);
  }

  async #handIn(): Promise<void> {
    const more = this.#options.more();
    if (more === null || !(await this.#isComplete())) return;
    const { answers, text, files } = this.#work;
    const body = { ...more, answers: [...answers], text, file_ids: files.map(({ id }) => id) };
    try {
      const { submission } = await this.#draft.holding(() => this.#send(body));
      this.#options.handedIn(submission);
    } catch (error) {
      complain(error);
    }
  }

  async #send(body: Omit<HandIn, "client_id">): Promise<OneSubmission> {
    const client_id = this.#once.idFor(JSON.stringify(body));
    const answer = await this.#options.api.post<OneSubmission>("submissions", { ...body, client_id } satisfies HandIn);
    this.#once.done();
    this.#draft.drop();
    write(byId("saved"), "");
    return answer;
  }

  /** Whether there is something to hand in, and nothing was forgotten by mistake. */
  async #isComplete(): Promise<boolean> {
    if (this.#shots.isBusy || this.#shots.hasFailed) {
      toast(this.#shots.isBusy ? words.hw_still_sending : words.hw_unsent_files);
      return false;
    }
    const { answers, text, files } = this.#work;
    if (answers.length === 0 && text === "" && files.length === 0) {
      toast(words.hw_nothing);
      (this.#fields[0] ?? this.#free).focus();
      return false;
    }
    const empty = this.#fields.filter(({ value }) => !value);
    if (empty.length === 0 || files.length > 0) return true; // an answer may stand in a photo
    const numbers = inOneLine(empty.map(({ number }) => String(number)));
    const sure = await confirmed(words.hw_empty, fill(words.hw_empty_sure, { numbers }), words.hw_hand_in);
    if (!sure) empty[0]?.focus();
    return sure;
  }
}

/** Names the button that hands in. */
export function nameHandIn(text: string): void {
  write(part(byId("hand-in"), "span"), text);
}

function sentenceOfDraft(state: DraftState): string {
  const sentences: Record<DraftState, string> = {
    waiting: words.hw_saving,
    saved: words.hw_saved,
    offline: words.hw_saved_here,
    refused: words.hw_not_saved,
  };
  return sentences[state];
}
