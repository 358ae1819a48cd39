/** Takes a roster into a class: a file or pasted lines, then the passwords of the new accounts and what was refused. Used
 *  by classpage.ts. */
import type { Classroom } from "./classroom.ts";
import { setUpForm } from "./forms.ts";
import type { NewAccount, RefusedRow, RosterTaken } from "./protocol.ts";
import { showSlip } from "./slip.ts";
import { byId, data, fill, make, toast, words } from "./ui.ts";

export function setUpRoster(room: Classroom): void {
  const form = byId<HTMLFormElement>("roster");
  const file = byId<HTMLInputElement>("roster-file");
  const box = byId<HTMLTextAreaElement>("csv");
  byId("choose-file").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    // What was read stands in the box: it can be looked at, and mended, before it is sent.
    if (chosen) void chosen.arrayBuffer().then((bytes) => void (box.value = textOf(bytes)));
    file.value = ""; // the same file may be chosen again once it was changed
  });
  setUpForm(form, async ({ csv = "" }) => {
    const taken = await room.api.post<RosterTaken>(room.path("/roster"), { csv });
    box.value = "";
    showRefused(taken.refused);
    toast(fill(words.roster_taken, { n: taken.students }));
    if (taken.created.length > 0) showAccounts(room.now.class.name, taken.created);
    await room.load();
  });
}

/** Spreadsheets in Chinese write either of the two. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function showRefused(refused: readonly RefusedRow[]): void {
  byId("refused").hidden = refused.length === 0;
  byId("refused-list").replaceChildren(
    ...refused.map(({ line, username, problem }) => {
      const reason = data.problems[`roster_${problem}`] ?? data.problems["invalid"] ?? problem;
      const where = [fill(words.roster_line, { n: line }), username].filter(Boolean).join(" · ");
      return make("li", {}, make("b", {}, where), make("span", {}, reason));
    }),
  );
}

function showAccounts(className: string, created: readonly NewAccount[]): void {
  const cells = (tag: "th" | "td", texts: readonly string[]) => make("tr", {}, ...texts.map((text) => make(tag, {}, text)));
  const head = cells("th", [words.roster_name, words.roster_username, words.roster_password]);
  const rows = created.map(({ display_name, username, password }) => [display_name, username, password]);
  const table = make("table", { className: "slip-table" });
  table.append(make("thead", {}, head), make("tbody", {}, ...rows.map((row) => cells("td", row))));
  const text = rows.map((row) => row.join("\t")).join("\n");
  const title = fill(words.roster_accounts, { name: className });
  const show = (): void => showSlip({ title, lead: words.roster_once, body: [table], text });
  // They are nowhere else: who has closed them by mistake gets them back for as long as the page is open.
  const again = byId("roster-again");
  again.hidden = false;
  again.textContent = title;
  again.onclick = show;
  show();
}
