/** Tells a student, wherever they are, that homework has come back. Used by the live pages of students. */
import { pointsText } from "./points.ts";
import type { Connection } from "./socket.ts";
import { fill, toast, words } from "./ui.ts";

/** @param isShown whether the page shows this result itself */
export function tellReturned(connection: Connection, isShown: (submissionId: string) => boolean = () => false): void {
  connection.on("homework.released", ({ submission_id, title, points, max_points }) => {
    if (isShown(submission_id)) return;
    const facts = { title: title || words.hw_own, n: pointsText(points), most: pointsText(max_points) };
    const text = fill(points === null ? words.hw_back : words.hw_back_points, facts);
    toast(text, { label: words.hw_look, href: `/homework/results/${submission_id}` });
  });
}
