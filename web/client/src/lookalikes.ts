/** Look-alike answers of an assignment, and saying the same of all of them once the teacher has confirmed the list.
 *  Used by assignmentpage.ts. */
import type { Api } from "./api.ts";
import { clientId } from "./ids.ts";
import { Once } from "./once.ts";
import { pointsText } from "./points.ts";
import type { AnswerGroup, AnswerGroups, CriterionPart, QuestionGroups, QuestionPart, RuleGroup, Ruled } from "./protocol.ts";
import { byId, complain, fill, held, inOneLine, make, openDialog, sentenceOf, toast, words } from "./ui.ts";
import { writeInto } from "./written.ts";

export class Lookalikes {
  readonly #api: Api;
  readonly #path: string;
  readonly #ruled: () => void;
  readonly #once: Once;
  #questions: readonly QuestionPart[] = [];

  /** `ruled` is told after every ruling. */
  constructor(api: Api, assignmentId: string, ruled: () => void) {
    this.#api = api;
    this.#path = `assignments/${assignmentId}`;
    this.#ruled = ruled;
    this.#once = new Once(sessionStorage, `group:${assignmentId}`, clientId);
  }

  about(questions: readonly QuestionPart[]): void {
    this.#questions = questions;
  }

  /** Throws ApiError. */
  async load(): Promise<void> {
    const { questions } = await this.#api.get<AnswerGroups>(`${this.#path}/groups`);
    byId("groups-empty").hidden = questions.some(({ groups }) => groups.length > 0);
    byId("groups").replaceChildren(...questions.map((one) => this.#question(one)));
  }

  #question({ question_id, number, question, groups }: QuestionGroups): HTMLElement {
    const accept = make("button", { type: "button", className: "small" }, words.mark_accept_question);
    accept.ariaLabel = fill(words.mark_accept_question_of, { n: number });
    accept.addEventListener("click", () => void held(accept, () => this.#accept(question_id).catch(complain)));
    const title = make("h3", {}, fill(words.assign_question, { n: number }));
    const asked = make("div", { className: "hint" });
    writeInto(asked, question);
    const head = make("div", { className: "group-head" }, make("div", {}, title, asked), accept);
    return make("li", {}, head, make("ul", { className: "group-list" }, ...groups.map((group) => this.#group(question_id, number, group))));
  }

  #group(questionId: string, number: number, group: AnswerGroup): HTMLElement {
    const points = [...new Set(group.points.map(pointsText))].join(", ");
    const facts = fill(words.mark_group_facts, { n: group.students.length, points, settled: group.settled });
    const button = make("button", { type: "button", className: "small" }, words.mark_rule_group);
    button.ariaLabel = fill(words.mark_rule_group_of, { answer: group.alike });
    button.addEventListener("click", () => this.#ask(questionId, number, group));
    const names = make("p", { className: "group-names" }, inOneLine(group.students));
    return make("li", { className: "group" }, make("div", { className: "group-text" }, make("p", { className: "group-answer" }, group.alike || words.mark_no_answer), names, make("small", {}, facts)), button);
  }

  async #accept(questionId: string): Promise<void> {
    const { ruled } = await this.#api.post<Ruled>(`${this.#path}/accept`, this.#named({ question_id: questionId }));
    this.#once.done();
    toast(fill(words.mark_ruled, { n: ruled }));
    this.#ruled();
  }

  /** The list that is confirmed, the points, and a comment. */
  #ask(questionId: string, number: number, group: AnswerGroup): void {
    byId("group-title").textContent = fill(words.mark_group_title, { n: number });
    byId("group-alike").textContent = group.alike || words.mark_no_answer;
    const boxes = group.submission_ids.map((value) => make("input", { type: "checkbox", value, checked: true }));
    const labels = boxes.map((box, index) => make("label", { className: "choice-chip" }, box, make("span", {}, group.students[index] ?? "")));
    byId("group-students").replaceChildren(...labels);
    const inputs = this.#rubric(questionId).map((criterion) => ({ criterion, input: pointsInput(criterion, group.points[0] ?? null) }));
    byId("group-points").replaceChildren(...inputs.map(({ criterion, input }) => make("label", { className: "part" }, make("span", {}, labelOf(criterion)), input)));
    const comment = byId<HTMLInputElement>("group-comment");
    comment.value = "";
    byId("group-problem").hidden = true;
    openDialog("group", async () => {
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      const points = inputs.map(({ criterion, input }) => ({ criterion_id: criterion.id, points: Number(input.value) }));
      if (chosen.length === 0) return refuse(words.mark_group_nobody);
      if (inputs.some(({ input }) => !input.value || !input.checkValidity())) return refuse(words.mark_group_points);
      const wish: RuleGroup = this.#named({ question_id: questionId, submission_ids: chosen, points, comment: comment.value.trim() });
      try {
        const { ruled } = await this.#api.post<Ruled>(`${this.#path}/groups/rulings`, wish);
        this.#once.done();
        toast(fill(words.mark_ruled, { n: ruled }));
        this.#ruled();
        return true;
      } catch (error) {
        return refuse(sentenceOf(error));
      }
    });
  }

  /** The same again, after a lost answer, is done once. */
  #named<T extends object>(wish: T): T & { client_id: string } {
    return { ...wish, client_id: this.#once.idFor(JSON.stringify(wish)) };
  }

  /** What the points of a question are given for; a question without criteria has one. */
  #rubric(questionId: string): CriterionPart[] {
    const question = this.#questions.find(({ id }) => id === questionId);
    if (!question) return [];
    return question.criteria?.length ? question.criteria : [{ id: "whole", text: "", points: question.points }];
  }
}

function pointsInput({ levels, points }: CriterionPart, proposed: number | null): HTMLInputElement | HTMLSelectElement {
  if (levels?.length) return make("select", {}, ...levels.map((level) => new Option(`${pointsText(level.points)} · ${level.text}`, String(level.points))));
  const value = proposed !== null && proposed <= points ? String(proposed) : "";
  return make("input", { type: "number", min: "0", max: String(points), step: "0.5", inputMode: "decimal", value });
}

function labelOf({ text, points }: CriterionPart): string {
  return fill(words.mark_points_of, { name: text || words.mark_points, points: pointsText(points) });
}

function refuse(text: string): boolean {
  byId("group-problem").textContent = text;
  byId("group-problem").hidden = false;
  return false;
}
