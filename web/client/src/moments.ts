/** Moments between the server (RFC 3339) and the browser's own fields for a day and a time. Used by the editor of
 *  assignments. */

/** "2026-11-30T18:00": a moment as a field writes it, in the reader's time; "" for none. */
export function toField(moment: string | null): string {
  if (!moment) return "";
  const at = new Date(moment);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What stands in such a field as a moment; null when there is none. */
export function fromField(value: string): string | null {
  const at = new Date(value);
  return value && !Number.isNaN(at.getTime()) ? at.toISOString() : null;
}
