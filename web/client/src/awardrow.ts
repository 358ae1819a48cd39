/** One criterion of an answer on the teacher's desk: the points proposed, those that count, and what they rest on.
 *  Used by reviewcard.ts. */
import { allows, pointsText } from "./points.ts";
import type { AwardView } from "./protocol.ts";
import { fill, make, toast, words } from "./ui.ts";

export interface AwardNews {
  /** The teacher gives so many points. */
  give(points: number): void;
  /** She looks at this criterion. */
  look(): void;
}

/** Up to so many steps are buttons. */
const MOST_BUTTONS = 7;

export class AwardRow {
  readonly element = make("li", { className: "award" });
  readonly #award: AwardView;
  readonly #news: AwardNews;
  readonly #input: HTMLInputElement | null;

  constructor(award: AwardView, news: AwardNews) {
    this.#award = award;
    this.#news = news;
    this.element.dataset["criterion"] = award.criterion_id;
    const steps = stepsOf(award);
    this.#input = steps === null ? this.#box() : null;
    const name = award.criterion || words.mark_points;
    const head = make("p", { className: "award-head" }, make("span", {}, name), make("small", {}, this.#facts()));
    const control = make("div", { className: "award-points", role: "group", ariaLabel: name }, ...(steps === null ? [this.#input!] : steps.map((step) => this.#button(step))));
    this.element.append(head, control);
    if (award.evidence?.quote) this.element.append(this.#evidence(award.evidence.quote));
    this.element.addEventListener("focusin", () => news.look());
  }

  get id(): string {
    return this.#award.criterion_id;
  }

  /** Gives so many points, if it allows them. */
  give(points: number): boolean {
    if (allows(this.#award, points)) {
      this.#news.give(points);
      return true;
    }
    toast(fill(words.mark_not_allowed, { points: pointsText(points), name: this.#award.criterion || words.mark_points }));
    return false;
  }

  /** Goes where any number can be chosen. */
  focus(): void {
    const pressed = this.element.querySelector<HTMLElement>("[aria-pressed=true]") ?? this.element.querySelector<HTMLElement>("button");
    (this.#input ?? pressed)?.focus();
    this.#input?.select();
  }

  #facts(): string {
    const { proposed, max_points, ruled } = this.#award;
    const said = proposed === null ? words.mark_unproposed : fill(words.mark_proposed, { points: pointsText(proposed) });
    return [said, fill(words.mark_of_points, { points: pointsText(max_points) }), ruled ? words.mark_ruled_by_you : ""].filter(Boolean).join(" · ");
  }

  #button(step: number): HTMLElement {
    const { points, proposed, ruled } = this.#award;
    const button = make("button", { type: "button", className: "step" }, pointsText(step));
    button.setAttribute("aria-pressed", String(points === step));
    button.classList.toggle("proposed", proposed === step && !ruled);
    button.addEventListener("click", () => this.give(step));
    return button;
  }

  #box(): HTMLInputElement {
    const { points, max_points, criterion } = this.#award;
    const value = points === null ? "" : pointsText(points);
    const box = make("input", { type: "number", min: "0", max: String(max_points), step: "0.5", inputMode: "decimal", value, ariaLabel: criterion || words.mark_points });
    const give = (): void => {
      if (box.value !== "" && box.value !== value && !this.give(Number(box.value))) box.value = value;
    };
    box.addEventListener("change", give);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") box.blur();
    });
    return box;
  }

  #evidence(quote: string): HTMLElement {
    const button = make("button", { type: "button", className: "evidence" }, make("span", { className: "visually-hidden" }, words.mark_evidence), make("q", {}, quote));
    button.addEventListener("click", () => this.#news.look());
    return button;
  }
}

/** The points that can be given, when they are few. */
function stepsOf({ levels, max_points }: AwardView): number[] | null {
  if (levels.length > 0) return [...new Set(levels)].sort((a, b) => a - b);
  if (!Number.isInteger(max_points) || max_points >= MOST_BUTTONS) return null;
  return Array.from({ length: max_points + 1 }, (_, points) => points);
}
