/** Points in words, and which of them a criterion allows. Used by the pages of homework. */
import type { AwardView } from "./protocol.ts";

/** "3.5": points without needless places; a dash where nobody has decided. */
export function pointsText(points: number | null): string {
  return points === null ? "–" : String(Math.round(points * 100) / 100);
}

/** Whether a criterion can be given so many points: those of its levels, or any half point up to its own. */
export function allows({ levels, max_points }: Pick<AwardView, "levels" | "max_points">, points: number): boolean {
  if (levels.length > 0) return levels.includes(points);
  return points >= 0 && points <= max_points && Number.isInteger(points * 2);
}

/** "67%": a share of 0 to 1. */
export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
