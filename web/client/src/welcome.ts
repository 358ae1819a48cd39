/** What a student sees before the first question: subjects, ways of helping, and questions to try. */
import type { ConversationView } from "./protocol.ts";
import { byId, data, make, part, type Subject } from "./ui.ts";

export class Welcome {
  readonly #section = byId("welcome");
  readonly #try: (question: string) => void;

  /** @param tryQuestion gets an example that the student chose */
  constructor(tryQuestion: (question: string) => void) {
    this.#try = tryQuestion;
    for (const [name, title] of Object.entries(data.subjects)) {
      const input = make("input", { type: "radio", name: "subject", value: name, checked: name === "math" });
      input.addEventListener("change", () => this.#showExamples());
      byId("subjects").append(make("label", { className: "choice-chip" }, input, make("span", {}, title)));
    }
    this.#showExamples();
  }

  get subject(): Subject {
    return part<HTMLInputElement>(this.#section, "[name=subject]:checked").value as Subject;
  }

  get mode(): ConversationView["mode"] {
    return part<HTMLInputElement>(this.#section, "[name=mode]:checked").value as ConversationView["mode"];
  }

  show(shown: boolean): void {
    this.#section.hidden = !shown;
    byId("room").toggleAttribute("data-empty", shown);
  }

  #showExamples(): void {
    byId("examples").replaceChildren(
      ...data.examples[this.subject].map((question) => {
        const button = make("button", { type: "button", className: "example" }, question);
        button.addEventListener("click", () => this.#try(question));
        return make("li", {}, button);
      }),
    );
  }
}
