/** Moments and spans of time in the words of the page. */
import { fill, LOCALE, words } from "./ui.ts";

/** The time of day of a moment, in milliseconds since 1970. */
export function timeOf(moment: number): string {
  return new Date(moment).toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit" });
}

/** The day and the time of a moment of RFC 3339. */
export function dateTime(moment: string): string {
  return new Date(moment).toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
}

/** "1:05": how long something lasted, in milliseconds, as minutes and seconds. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "3 min ago": how long a moment of RFC 3339 lies back, in words. */
export function ago(moment: string): string {
  const minutes = Math.floor((Date.now() - Date.parse(moment)) / 60_000);
  if (minutes < 1) return words.just_now;
  if (minutes < 60) return fill(words.minutes_ago, { n: minutes });
  if (minutes < 24 * 60) return fill(words.hours_ago, { n: Math.floor(minutes / 60) });
  if (minutes < 7 * 24 * 60) return fill(words.days_ago, { n: Math.floor(minutes / 1440) });
  return new Date(moment).toLocaleDateString(LOCALE);
}

/** "3 min": for how long something has lasted that began at a moment of RFC 3339, in words. */
export function lasting(since: string): string {
  const minutes = Math.floor((Date.now() - Date.parse(since)) / 60_000);
  if (minutes < 1) return words.just_now;
  if (minutes < 60) return fill(words.minutes, { n: minutes });
  if (minutes < 24 * 60) return fill(words.hours, { n: Math.floor(minutes / 60) });
  return fill(words.days, { n: Math.floor(minutes / 1440) });
}
