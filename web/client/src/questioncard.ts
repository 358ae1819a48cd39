/** One question in the editor of an assignment: its text with formulas, its key, its points and what earns them.
 *  Used by questioncards.ts. */
import { Criteria, sumText } from "./criteria.ts";
import { hasMath } from "./mathtext.ts";
import { partId } from "./partid.ts";
import type { QuestionPart } from "./protocol.ts";
import { fill, fromTemplate, part, words } from "./ui.ts";
import { writeInto } from "./written.ts";

const FORMULA = /\$|\\\(|\\\[/;
const DRAWN_AFTER_MS = 250;
const TEXTS = ["text", "key", "tolerance", "notes", "solution"] as const;
const CHOICES = ["kind", "demand", "unit"] as const;

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class QuestionCard {
  readonly element = fromTemplate<HTMLLIElement>("question");
  readonly id: string;
  readonly #criteria: Criteria;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(question: QuestionPart | null, changed: () => void) {
    this.id = question?.id ?? partId("q");
    this.element.dataset["id"] = this.id;
    this.#criteria = new Criteria(this.element, () => {
      this.#fold();
      changed();
    });
    if (question) this.#fill(question);
    this.element.addEventListener("input", () => {
      this.#fold();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#preview(), DRAWN_AFTER_MS);
      changed();
    });
    this.#fold();
    this.#preview();
  }

  /** Where it stands among `of` others. */
  number(number: number, of: number): void {
    part(this.element, ".question-title").textContent = fill(words.assign_question, { n: number });
    for (const [what, word] of [["up", words.assign_up], ["down", words.assign_down], ["remove", words.assign_remove]] as const) {
      part(this.element, `[data-do=${what}]`).ariaLabel = fill(word, { n: number });
    }
    part<HTMLButtonElement>(this.element, "[data-do=up]").ariaDisabled = String(number === 1);
    part<HTMLButtonElement>(this.element, "[data-do=down]").ariaDisabled = String(number === of);
  }

  /** The question as it stands there; null as long as it has no text: the server keeps none without. */
  get question(): QuestionPart | null {
    const values = Object.fromEntries([...TEXTS, ...CHOICES].map((name) => [name, this.#field(name).value.trim()]));
    if (!values["text"]) return null;
    const criteria = this.#criteria.all;
    const knowledge = this.#field("knowledge").value.split(/[,，、;；]/).map((one) => one.trim().slice(0, 60)).filter(Boolean);
    return { ...(values as Pick<QuestionPart, (typeof TEXTS)[number] | (typeof CHOICES)[number]>), id: this.id, points: this.#points(), criteria, knowledge: knowledge.slice(0, 10) };
  }

  focus(): void {
    this.#field("text").focus();
  }

  #fill(question: QuestionPart): void {
    for (const name of [...TEXTS, ...CHOICES]) this.#field(name).value = question[name] ?? this.#field(name).value;
    this.#field("points").value = String(question.points);
    this.#field("knowledge").value = (question.knowledge ?? []).join("、");
    this.#criteria.fill(question.criteria ?? []);
    const rest = Boolean(question.notes || question.solution || question.knowledge?.length);
    part<HTMLDetailsElement>(this.element, ".question-more").open = rest;
    part<HTMLDetailsElement>(this.element, ".question-rubric").open = Boolean(question.criteria?.length);
  }

  /** Criteria say what it is worth; a text has no key that could be calculated with. */
  #fold(): void {
    const criteria = this.#criteria.all;
    const isText = this.#field("kind").value === "text";
    for (const place of this.element.querySelectorAll<HTMLElement>(".only-exact")) place.hidden = isText;
    part(this.element, ".own-points").hidden = criteria.length > 0;
    part(this.element, ".criteria-sum").textContent = criteria.length > 0 ? sumText(criteria) : "";
  }

  #points(): number {
    const criteria = this.#criteria.all;
    const own = Number(this.#field("points").value) || 1;
    return criteria.length > 0 ? criteria.reduce((sum, { points }) => sum + points, 0) || 1 : own;
  }

  /** The text as students will see it, where that differs from what is typed. */
  #preview(): void {
    for (const name of ["text", "solution"] as const) {
      const place = part(this.element, `[data-preview=${name}]`);
      const text = this.#field(name).value;
      place.hidden = name === "solution" ? !hasMath(text) : !FORMULA.test(text);
      if (!place.hidden) writeInto(part(place, ".preview-text"), text, name === "solution");
    }
  }

  #field(name: string): Field {
    return part<Field>(this.element, `[name=${name}]`);
  }
}
