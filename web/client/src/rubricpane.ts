/** The right half of a review: the questions with their proposed points, of which one is being looked at. What is
 *  written or has the keyboard stays so when news come. Used by reviewpage.ts. */
import type { AppealThread } from "./appealthread.ts";
import type { AwardRow } from "./awardrow.ts";
import type { Review } from "./protocol.ts";
import { ReviewCard } from "./reviewcard.ts";
import type { Wish } from "./rulings.ts";
import { byId, part, toast, words } from "./ui.ts";

export interface PaneNews {
  rule(wish: Wish): void;
  /** Another question or criterion is being looked at; `scroll` when its evidence should come to sight. */
  look(questionId: string, criterionId: string | null, scroll: boolean): void;
  /** The thread of a question, made when it is first asked for; null when there is none. */
  appeal(questionId: string): AppealThread | null;
}

export class RubricPane {
  readonly #news: PaneNews;
  readonly #list = byId("cards");
  #cards: ReviewCard[] = [];
  #shownOf = "";
  #question = 0;
  #criterion = 0;

  constructor(news: PaneNews) {
    this.#news = news;
  }

  /** Shows the questions; of another submission from the first that needs a look. */
  show(review: Review): void {
    const isOther = review.submission_id !== this.#shownOf;
    this.#shownOf = review.submission_id;
    const before = isOther ? [] : this.#cards;
    this.#cards = review.questions.map((question) => {
      const old = before.find((card) => card.question.question_id === question.question_id);
      if (old && JSON.stringify(old.question) === JSON.stringify(question)) return old;
      const typed = review.answers.some(({ question_id, text }) => question_id === question.question_id && text.trim() !== "");
      const card = new ReviewCard(question, typed, { rule: (wish) => this.#news.rule(wish), look: (id, criterion) => this.#lookAt(id, criterion) });
      part(card.element, ".appeal-host").replaceChildren(...[this.#news.appeal(question.question_id)?.element ?? []].flat());
      if (old) takeOver(old, card);
      return card;
    });
    const focused = focusIn(this.#list);
    this.#list.replaceChildren(...this.#cards.map(({ element }) => element));
    byId("not-graded").hidden = this.#cards.length > 0;
    if (isOther) {
      const open = this.#cards.findIndex(({ question }) => !question.settled);
      this.#go(Math.max(0, open), 0, false);
    } else {
      this.#mark();
      focused?.();
    }
  }

  /** The comments that are written and not sent: nobody leaves without them being asked for. */
  get unsent(): Wish[] {
    return this.#cards.flatMap(({ question, unsent }) => (unsent === null ? [] : [{ kind: "comment" as const, question_id: question.question_id, comment: unsent }]));
  }

  /** To the next question (1) or the one before (-1). */
  move(by: number): void {
    const to = this.#question + by;
    if (to >= 0 && to < this.#cards.length) this.#go(to, 0, true);
  }

  moveCriterion(by: number): void {
    const to = this.#criterion + by;
    if (to >= 0 && to < (this.#card?.rows.length ?? 0)) this.#go(this.#question, to, true);
  }

  accept(): void {
    if (!this.#card) return;
    if (this.#card.canAccept) this.#card.accept();
    else toast(words.mark_no_proposal);
  }

  /** Gives points for the criterion that is looked at, and goes on to the next of the question. */
  give(points: number): void {
    const count = this.#card?.rows.length ?? 0;
    if (this.#row?.give(points) && this.#criterion + 1 < count) this.#go(this.#question, this.#criterion + 1, true);
  }

  comment(): void {
    this.#card?.write();
  }

  points(): void {
    this.#row?.focus();
  }

  /** To the question with this number. */
  goTo(number: number): void {
    const at = this.#cards.findIndex(({ question }) => question.number === number);
    if (at >= 0) this.#go(at, 0, true);
  }

  get #card(): ReviewCard | undefined {
    return this.#cards[this.#question];
  }

  get #row(): AwardRow | undefined {
    return this.#card?.rows[this.#criterion];
  }

  #lookAt(questionId: string, criterionId: string | null): void {
    const at = this.#cards.findIndex(({ question }) => question.question_id === questionId);
    if (at < 0) return;
    const row = criterionId === null ? -1 : (this.#cards[at]?.rows.findIndex(({ id }) => id === criterionId) ?? -1);
    if (row < 0 && at === this.#question) return;
    this.#question = at;
    this.#criterion = Math.max(0, row);
    this.#mark();
    this.#tell(true);
  }

  #go(question: number, criterion: number, focus: boolean): void {
    this.#question = question;
    this.#criterion = criterion;
    this.#mark();
    const card = this.#card;
    if (card && focus) {
      part(card.element, ".card-title").focus({ preventScroll: true });
      card.element.scrollIntoView({ block: "nearest" });
    }
    this.#tell(focus);
  }

  #tell(scroll: boolean): void {
    if (this.#card) this.#news.look(this.#card.question.question_id, this.#row?.id ?? null, scroll);
  }

  #mark(): void {
    for (const card of this.#cards) {
      const isCurrent = card === this.#card;
      card.element.classList.toggle("current", isCurrent);
      if (isCurrent) card.element.setAttribute("aria-current", "true");
      else card.element.removeAttribute("aria-current");
      for (const row of card.rows) row.element.classList.toggle("current", isCurrent && row === this.#row && card.rows.length > 1);
    }
  }
}

/** What was being written in the card before it was drawn anew. */
function takeOver(old: ReviewCard, card: ReviewCard): void {
  const { unsent } = old;
  if (unsent !== null && unsent !== card.question.comment) card.restore(unsent, false);
}

/** Gives the keyboard back to where it was in the list, as far as that is still there. */
function focusIn(list: HTMLElement): (() => void) | null {
  const active = document.activeElement;
  if (!active || !list.contains(active)) return null;
  const question = active.closest<HTMLElement>("[data-question]")?.dataset["question"];
  const criterion = active.closest<HTMLElement>("[data-criterion]")?.dataset["criterion"];
  const what = active.matches("textarea") ? "textarea" : active.matches("[data-do]") ? `[data-do=${(active as HTMLElement).dataset["do"]}]` : ".card-title";
  const within = `[data-question="${question}"]`;
  const wanted = criterion ? `${within} [data-criterion="${criterion}"] :is([aria-pressed=true], input)` : `${within} ${what}`;
  return () => (list.querySelector<HTMLElement>(wanted) ?? list.querySelector<HTMLElement>(`${within} .card-title`))?.focus({ preventScroll: true });
}
