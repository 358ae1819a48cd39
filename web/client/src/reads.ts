/** The page that says who read a student's conversations while the student was away. It is about the reader, or about
 *  the student whom the address names (`?student_id=`): a ward, a taught student. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/reads.css";
import { HOME } from "./home.ts";
import type { Reads, ReadView } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { byId, complain, fill, held, LOCALE, make, words } from "./ui.ts";

const FILE = "reads.csv";

const { api, user } = await enter();
const studentId = new URLSearchParams(location.search).get("student_id") ?? user.id;
const more = byId<HTMLButtonElement>("more");
const download = byId<HTMLButtonElement>("download");
const times = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
let next: string | null = null;

byId<HTMLAnchorElement>("home").href = user.role === "student" ? "/account" : HOME[user.role];
api.onSignedOut(toSignIn);
more.addEventListener("click", () => void held(more, load));
download.addEventListener("click", () => void held(download, save));
await load();

async function load(): Promise<void> {
  const query = new URLSearchParams({ student_id: studentId, ...(next !== null && { cursor: next }) });
  try {
    const page = await api.get<Reads>(`reads?${query}`);
    byId("reads").append(...page.items.map(row));
    next = page.next;
  } catch (error) {
    complain(error);
    return;
  }
  const { length } = byId("reads").children;
  more.hidden = next === null;
  download.hidden = length === 0;
  byId("reads-empty").hidden = length > 0;
}

function row(read: ReadView): HTMLElement {
  const mark = read.role === "guardian" ? words.guardian_mark : words.teacher_mark;
  const text = make("div", { className: "read-text" });
  text.append(
    make("p", { className: "read-who" }, make("b", {}, read.reader_name), make("span", { className: "read-mark" }, mark)),
    make("p", { className: "read-what" }, titleOf(read)),
    make("p", { className: "read-when" }, timeOf(read)),
  );
  if (read.why !== null) text.append(make("p", { className: "read-why" }, fill(words.read_why, { why: read.why })));
  return make("li", { className: "read" }, make("span", { className: "read-initial", ariaHidden: "true" }, [...read.reader_name][0] ?? ""), text);
}

/** From when until when; a visit that is not over yet has lasted until now. */
function timeOf(read: ReadView): string {
  const at = Date.parse(read.at);
  return times.formatRange(at, Math.max(at, Math.min(Date.parse(read.until), Date.now())));
}

/** The student may go there. */
function titleOf({ conversation_id, title }: ReadView): Node | string {
  if (title === null) return words.read_deleted;
  const shown = title || words.new_question;
  return user.id === studentId ? make("a", { href: `/chat/${conversation_id}` }, shown) : shown;
}

async function save(): Promise<void> {
  try {
    const file = await api.file(`${FILE}?${new URLSearchParams({ student_id: studentId })}`);
    const href = URL.createObjectURL(file);
    make("a", { href, download: FILE }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may ask where to put it
  } catch (error) {
    complain(error);
  }
}
