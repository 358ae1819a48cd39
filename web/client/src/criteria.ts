/** What earns the points of a question: criteria, each with levels if the teacher likes. Used by questioncard.ts. */
import type { CriterionPart, LevelPart } from "./protocol.ts";
import { partId } from "./partid.ts";
import { pointsText } from "./points.ts";
import { fill, fromTemplate, part, words } from "./ui.ts";

export class Criteria {
  readonly #list: HTMLElement;
  readonly #changed: () => void;

  /** `changed` is told when a criterion comes, goes or is worth something else. */
  constructor(root: HTMLElement, changed: () => void) {
    this.#list = part(root, ".criteria");
    this.#changed = changed;
    part(root, "[data-do=criterion]").addEventListener("click", () => {
      part<HTMLInputElement>(this.#add({ id: partId("c"), text: "", points: 1 }), "[name=criterion]").focus();
      changed();
    });
    this.#list.addEventListener("input", () => changed());
  }

  fill(criteria: readonly CriterionPart[]): void {
    this.#list.replaceChildren();
    for (const criterion of criteria) this.#add(criterion);
  }

  /** What stands there, in its order. */
  get all(): CriterionPart[] {
    return [...this.#list.children].map((row) => {
      const levels = [...row.querySelectorAll<HTMLElement>(".level-row")].map(levelOf);
      const own = numberIn(row, "[name=criterion-points]");
      return {
        id: (row as HTMLElement).dataset["id"] ?? "",
        text: part<HTMLInputElement>(row, "[name=criterion]").value.trim(),
        points: levels.length > 0 ? Math.max(...levels.map(({ points }) => points)) : own,
        levels,
      };
    });
  }

  #add(criterion: CriterionPart): HTMLElement {
    const row = fromTemplate("criterion");
    row.dataset["id"] = criterion.id;
    part<HTMLInputElement>(row, "[name=criterion]").value = criterion.text;
    part<HTMLInputElement>(row, "[name=criterion-points]").value = String(criterion.points);
    for (const level of criterion.levels ?? []) this.#addLevel(row, level);
    part(row, "[data-do=level]").addEventListener("click", () => {
      part<HTMLInputElement>(this.#addLevel(row, { points: this.#next(row), text: "" }), "[name=level]").focus();
      this.#changed();
    });
    part(row, "[data-do=remove]").addEventListener("click", () => {
      row.remove();
      this.#changed();
    });
    this.#list.append(row);
    this.#fold(row);
    return row;
  }

  #addLevel(row: HTMLElement, level: LevelPart): HTMLElement {
    const line = fromTemplate("level");
    part<HTMLInputElement>(line, "[name=level-points]").value = String(level.points);
    part<HTMLInputElement>(line, "[name=level]").value = level.text;
    part(line, "[data-do=remove-level]").addEventListener("click", () => {
      line.remove();
      this.#fold(row);
      this.#changed();
    });
    part(row, ".level-rows").append(line);
    this.#fold(row);
    return line;
  }

  /** The highest level first, then one point less each. */
  #next(row: HTMLElement): number {
    const levels = [...row.querySelectorAll<HTMLElement>(".level-row")].map(levelOf);
    if (levels.length === 0) return numberIn(row, "[name=criterion-points]");
    return Math.max(0, Math.min(...levels.map(({ points }) => points)) - 1);
  }

  /** With levels, theirs are the only points. */
  #fold(row: HTMLElement): void {
    part(row, ".criterion-points").hidden = row.querySelector(".level-row") !== null;
  }
}

/** "Criteria: 4 points". */
export function sumText(criteria: readonly CriterionPart[]): string {
  return fill(words.assign_sum, { points: pointsText(criteria.reduce((sum, { points }) => sum + points, 0)) });
}

function levelOf(line: HTMLElement): LevelPart {
  return { points: numberIn(line, "[name=level-points]"), text: part<HTMLInputElement>(line, "[name=level]").value.trim() };
}

function numberIn(root: ParentNode, selector: string): number {
  return Math.max(0, Number(part<HTMLInputElement>(root, selector).value) || 0);
}
