/** What is shown this once, to be copied or printed: a code to sign up with, or the passwords of new accounts. Used by
 *  the pages of teachers, admins and operators. */
import "./styles/slip.css";
import type { Invited } from "./protocol.ts";
import { dateTime } from "./times.ts";
import { byId, copy, fill, make, openDialog, words } from "./ui.ts";

export interface Slip {
  title: string;
  /** What it is good for. */
  lead: string;
  body: readonly Node[];
  /** What the copy button gives. */
  text: string;
}

export function showSlip({ title, lead, body, text }: Slip): void {
  byId("slip-title").textContent = title;
  byId("slip-lead").textContent = lead;
  byId("slip-body").replaceChildren(...body);
  byId("slip-copy").onclick = () => void copy(text, byId("slip-copy"));
  byId("slip-print").onclick = () => print();
  openDialog("slip");
}

/** Shows a code with the end of its life. */
export function showCode(title: string, lead: string, { code, expires_at }: Invited): void {
  const until = fill(words.valid_until, { time: dateTime(expires_at) });
  const body = [make("p", { className: "slip-code" }, code), make("p", { className: "hint" }, until)];
  showSlip({ title, lead, body, text: code });
}
