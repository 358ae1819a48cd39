/** A class in words, and the choices of subjects and grades. Used by the desk, and by the pages of classes and schools. */
import type { ClassView } from "./protocol.ts";
import { data, fill, words } from "./ui.ts";

const GRADES = Array.from({ length: 12 }, (_, index) => index + 1);

/** "Maths · Grade 7": a class made elsewhere may carry any subject; ours are shown in the reader's language. */
export function factsOf({ subject, grade }: Pick<ClassView, "subject" | "grade">): string {
  return [subject && titleOf(subject), grade && fill(words.grade, { n: grade })].filter(Boolean).join(" · ");
}

/** Fills a select with the subjects, and with none. */
export function offerSubjects(select: HTMLSelectElement, current: string | null): void {
  const known = Object.keys(data.subjects);
  const all = current === null || known.includes(current) ? known : [current, ...known];
  offer(select, all.map((name) => new Option(titleOf(name), name)), current);
}

/** Fills a select with the grades; see `offerSubjects`. */
export function offerGrades(select: HTMLSelectElement, current: number | null): void {
  offer(select, GRADES.map((n) => new Option(fill(words.grade, { n }), String(n))), current);
}

function offer(select: HTMLSelectElement, options: readonly HTMLOptionElement[], current: string | number | null): void {
  select.replaceChildren(new Option(words.no_choice, ""), ...options);
  select.value = String(current ?? "");
}

/** The name of a subject in the reader's language. */
export function titleOf(subject: string): string {
  return (data.subjects as Readonly<Record<string, string>>)[subject] ?? subject;
}
