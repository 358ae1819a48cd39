/** Forms of accounts: problems beside their fields, a summary on top of them, and passwords that can be shown. */
import { ApiError } from "./live/fault.ts";
import { busy, byId, data, fill, icon, make, part, sentenceOf, words } from "./ui.ts";

export interface Problem {
  /** The id of the field; "" when it concerns the whole form. */
  field: string;
  text: string;
}

export type Values = Readonly<Record<string, string>>;

/** Which field an error is about when the server names no field itself: the first of these that is filled in. */
const FIELD_OF: Readonly<Record<string, readonly string[]>> = {
  username_taken: ["username"],
  email_taken: ["email"],
  invitation_invalid: ["guardian_code", "invitation"],
  wrong_password: ["current_password"],
  teacher_unknown: ["username"],
  roster_unreadable: ["csv"],
};

/** Rules whose sentence says more when it belongs to one field. */
const OWN_SENTENCE: Readonly<Record<string, string>> = {
  username: "username",
  email: "email",
  password: "password",
  new_password: "password",
};

/** Runs `submit` with the trimmed values when every required field is filled and `check` finds nothing; shows what is
 *  wrong and what it throws. */
export function setUpForm(
  form: HTMLFormElement,
  submit: (values: Values) => Promise<void>,
  check: (values: Values) => readonly Problem[] = () => [],
): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showProblems(form, []);
    const values = valuesOf(form);
    const missing = [...form.querySelectorAll<HTMLInputElement>("[required]")].filter((input) => !values[input.name]);
    const problems = [...missing.map(({ id }) => ({ field: id, text: data.problems["missing"] ?? "" })), ...check(values)];
    if (problems.length > 0) {
      showProblems(form, problems);
      return;
    }
    void busy(form, () => submit(values).catch((error: unknown) => showProblems(form, problemsOf(form, error))));
  });
}

/** Lets every eye button of the page show and hide its password. */
export function setUpReveals(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-reveal]")) {
    const input = byId<HTMLInputElement>(button.dataset["reveal"] ?? "");
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.setAttribute("aria-label", shown ? words.show_password : words.hide_password);
      button.replaceChildren(icon(shown ? "eye" : "eye-off"));
    });
  }
}

/** Shows problems beside their fields and in the summary, which takes the focus; none clears both. */
export function showProblems(form: HTMLFormElement, problems: readonly Problem[]): void {
  for (const note of form.querySelectorAll<HTMLElement>(".problem")) note.hidden = true;
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const { field, text } of problems) mark(form, field, text);
  const summary = part(form.parentElement ?? form, ".summary");
  summary.hidden = problems.length === 0;
  if (problems.length === 0) return;
  summary.replaceChildren(...summaryOf(form, problems));
  summary.focus();
}

function summaryOf(form: HTMLFormElement, problems: readonly Problem[]): Node[] {
  const general = problems.filter(({ field }) => !fieldIn(form, field)).map(({ text }) => make("p", {}, text));
  const items = problems.flatMap(({ field, text }) => {
    const target = fieldIn(form, field);
    if (!target) return [];
    const link = make("a", { href: `#${field}` }, fill(words.field_problem, { field: labelOf(target), problem: text }));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      target.focus();
    });
    return [make("li", {}, link)];
  });
  return items.length > 0 ? [...general, make("p", {}, words.bad_fields), make("ul", {}, ...items)] : general;
}

function problemsOf(form: HTMLFormElement, error: unknown): Problem[] {
  if (!(error instanceof ApiError)) return [{ field: "", text: sentenceOf(error) }];
  const fields = error.details["fields"];
  if (error.code === "invalid_input" && Array.isArray(fields)) {
    return (fields as { field: string; problem: string }[]).map(({ field, problem }) => {
      const name = field.split(".").at(-1) ?? "";
      return { field: name, text: data.problems[ruleOf(name, problem)] ?? data.problems["invalid"] ?? "" };
    });
  }
  const field = (FIELD_OF[error.code] ?? []).find((name) => valuesOf(form)[name]) ?? "";
  const own = fieldIn(form, field) ? data.problems[error.code] : undefined;
  return [{ field, text: own ?? sentenceOf(error) }];
}

function ruleOf(field: string, problem: string): string {
  return problem === "missing" ? problem : (OWN_SENTENCE[field] ?? problem);
}

function mark(form: HTMLFormElement, field: string, text: string): void {
  const target = fieldIn(form, field);
  const note = target && form.querySelector<HTMLElement>(`#${field}-problem`);
  if (!target || !note) return;
  target.setAttribute("aria-invalid", "true");
  target.closest("details")?.setAttribute("open", "");
  note.textContent = text;
  note.hidden = false;
}

function fieldIn(form: HTMLFormElement, field: string): HTMLElement | null {
  return field ? form.querySelector<HTMLElement>(`#${CSS.escape(field)}`) : null;
}

function labelOf(field: HTMLElement): string {
  const label = (field as HTMLInputElement).labels?.[0] ?? field.querySelector("legend");
  return label?.textContent.trim() ?? field.id;
}

/** Texts lose the blanks around them; passwords are left as they are. */
function valuesOf(form: HTMLFormElement): Values {
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => {
      const text = String(value);
      return [name, name.includes("password") ? text : text.trim()];
    }),
  );
}
