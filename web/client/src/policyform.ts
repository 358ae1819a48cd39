/** What the tutor may do for a class: ways of helping, how far, exams, hours, and how much a day. Used by classpage.ts. */
import type { Classroom } from "./classroom.ts";
import { type Problem, setUpForm, type Values } from "./forms.ts";
import type { PolicyHours, PolicyView, UpdatePolicy } from "./protocol.ts";
import { byId, data, part, toast, words } from "./ui.ts";

/** The end of a day, as the server and as a browser's field for times write it. */
const [DAYS_END, MIDNIGHT] = ["24:00", "00:00"];
const SCHOOL_DAY: Omit<PolicyHours, "zone"> = { days: [1, 2, 3, 4, 5], from: "08:00", to: "18:00" };

export class PolicyForm {
  readonly #room: Classroom;
  readonly #form = byId<HTMLFormElement>("policy");
  readonly #limited = byId<HTMLInputElement>("limited");

  constructor(room: Classroom) {
    this.#room = room;
    this.#limited.addEventListener("change", () => this.#fold());
    setUpForm(
      this.#form,
      async (values) => {
        await room.update({ policy: this.#wish(values) });
        this.fill();
        toast(words.saved);
      },
      (values) => this.#problems(values),
    );
  }

  /** Shows what is stored. */
  fill(): void {
    const { modes, hint_cap, exam, hours, daily_replies } = this.#room.now.class.policy;
    this.#choose("modes", modes);
    this.#choose("hint_cap", [String(hint_cap)]);
    byId<HTMLInputElement>("exam").checked = exam;
    byId<HTMLInputElement>("daily_replies").value = String(daily_replies ?? "");
    this.#fillHours(hours);
  }

  #fillHours(hours: PolicyView["hours"]): void {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { days, from, to, zone } = hours ?? { ...SCHOOL_DAY, zone: here };
    this.#limited.checked = hours !== null;
    this.#choose("weekdays", days.map(String));
    byId<HTMLInputElement>("from").value = from;
    byId<HTMLInputElement>("to").value = to === DAYS_END ? MIDNIGHT : to;
    const zones = new Set([zone, here, ...Intl.supportedValuesOf("timeZone")]);
    byId<HTMLSelectElement>("zone").replaceChildren(...[...zones].sort().map((name) => new Option(name, name)));
    byId<HTMLSelectElement>("zone").value = zone;
    this.#fold();
  }

  #fold(): void {
    byId("hours").hidden = !this.#limited.checked;
  }

  #choose(name: string, values: readonly string[]): void {
    for (const input of this.#inputs(name)) input.checked = values.includes(input.value);
  }

  #chosen(name: string): string[] {
    return this.#inputs(name).filter(({ checked }) => checked).map(({ value }) => value);
  }

  #inputs(name: string): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>(`[name=${name}]`)];
  }

  #wish({ from = "", to = "", zone = "", daily_replies }: Values): UpdatePolicy {
    const days = this.#chosen("weekdays").map(Number);
    return {
      modes: this.#chosen("modes") as PolicyView["modes"],
      hint_cap: Number(part<HTMLInputElement>(this.#form, "[name=hint_cap]:checked").value),
      exam: byId<HTMLInputElement>("exam").checked,
      hours: this.#limited.checked ? { days, from, to: to === MIDNIGHT ? DAYS_END : to, zone } : null,
      daily_replies: daily_replies ? Number(daily_replies) : null,
    };
  }

  /** What the server would refuse in words that fit any list. */
  #problems({ from = "", to = "" }: Values): Problem[] {
    const problems = this.#chosen("modes").length > 0 ? [] : [{ field: "modes", text: words.need_mode }];
    if (!this.#limited.checked) return problems;
    if (this.#chosen("weekdays").length === 0) problems.push({ field: "days-of-week", text: words.need_day });
    for (const field of ["from", "to"]) {
      if (!byId<HTMLInputElement>(field).value) problems.push({ field, text: data.problems["missing"] ?? "" });
    }
    if (from && to && to !== MIDNIGHT && from >= to) problems.push({ field: "to", text: words.hours_order });
    return problems;
  }
}
