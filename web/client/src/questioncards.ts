/** The questions of an assignment in their order: adding, moving, removing. Used by assignmenteditor.ts. */
import type { QuestionPart } from "./protocol.ts";
import { QuestionCard } from "./questioncard.ts";
import { byId, fill, part, toast, words } from "./ui.ts";
import { pointsText } from "./points.ts";

export class QuestionCards {
  readonly #list = byId("questions");
  readonly #changed: () => void;
  #cards: QuestionCard[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
    byId("add-question").addEventListener("click", () => {
      const card = this.#make(null);
      this.#place([...this.#cards, card]);
      card.focus();
    });
  }

  fill(questions: readonly QuestionPart[]): void {
    this.#cards = questions.map((question) => this.#make(question));
    this.#draw();
  }

  /** Those that have a text. */
  get all(): QuestionPart[] {
    return this.#cards.flatMap(({ question }) => question ?? []);
  }

  /** The numbers of those that are not kept yet, because they have no text. */
  get empty(): number[] {
    return this.#cards.flatMap(({ question }, index) => (question ? [] : [index + 1]));
  }

  /** Shows what they are worth together. */
  count(): void {
    const points = this.all.reduce((sum, question) => sum + question.points, 0);
    byId("question-sum").textContent = fill(words.assign_total, { n: this.#cards.length, points: pointsText(points) });
  }

  #make(question: QuestionPart | null): QuestionCard {
    const card = new QuestionCard(question, () => {
      this.count();
      this.#changed();
    });
    const on = (what: string, act: () => void): void => part(card.element, `[data-do=${what}]`).addEventListener("click", act);
    on("up", () => this.#move(card, -1));
    on("down", () => this.#move(card, 1));
    on("remove", () => this.#remove(card));
    return card;
  }

  #move(card: QuestionCard, by: number): void {
    const from = this.#cards.indexOf(card);
    const to = from + by;
    if (to < 0 || to >= this.#cards.length) return;
    const rest = this.#cards.filter((one) => one !== card);
    this.#place([...rest.slice(0, to), card, ...rest.slice(to)]);
    part(card.element, by < 0 ? "[data-do=up]" : "[data-do=down]").focus();
  }

  /** It can be taken back as long as the note says so: nothing that was written is lost by one click. */
  #remove(card: QuestionCard): void {
    const before = [...this.#cards];
    const at = before.indexOf(card);
    this.#place(before.filter((one) => one !== card));
    (this.#cards[Math.min(at, this.#cards.length - 1)]?.element.querySelector<HTMLElement>("[data-do=remove]") ?? byId("add-question")).focus();
    const back = (): void => this.#place([...this.#cards.slice(0, at), card, ...this.#cards.slice(at)]);
    toast(words.assign_removed, { label: words.undo, run: back });
  }

  #place(cards: QuestionCard[]): void {
    this.#cards = cards;
    this.#draw();
    this.#changed();
  }

  #draw(): void {
    for (const [index, card] of this.#cards.entries()) {
      card.number(index + 1, this.#cards.length);
      if (this.#list.children[index] !== card.element) this.#list.insertBefore(card.element, this.#list.children[index] ?? null);
    }
    for (const element of [...this.#list.children].slice(this.#cards.length)) element.remove();
    byId("questions-empty").hidden = this.#cards.length > 0;
    this.count();
  }
}
