/** Work of a student's own that nobody gave: typed or photographed, and checked as far as that can be done. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/tasks.css";
import { showProblems } from "./forms.ts";
import { keep, kept } from "./kept.ts";
import type { OneDraft } from "./protocol.ts";
import { tellReturned } from "./returned.ts";
import { connect, enter } from "./session.ts";
import { byId, complain, data, make, words } from "./ui.ts";
import { WorkForm } from "./workform.ts";

const FEWEST_LETTERS = 10;

const session = await enter("student");
const { api, user } = session;
const connection = connect(session);
const work = byId<HTMLFormElement>("work");

for (const [name, title] of Object.entries(data.subjects)) {
  const input = make("input", { type: "radio", name: "subject", value: name, checked: name === (kept("work:subject") || "math") });
  input.addEventListener("change", () => keep("work:subject", name));
  byId("subjects").append(make("label", { className: "choice-chip" }, input, make("span", {}, title)));
}
for (const radio of work.querySelectorAll<HTMLInputElement>("[name=grade]")) {
  radio.checked = radio.value === String(user.grade);
}

const form = new WorkForm({
  api,
  userId: user.id,
  about: "own",
  more: () => {
    const values = new FormData(work);
    const text = byId<HTMLTextAreaElement>("free").value.trim();
    const isShort = text !== "" && [...text].length < FEWEST_LETTERS && byId("shots").childElementCount === 0;
    const problems = [
      ...(values.get("grade") ? [] : [{ field: "grade", text: words.need_grade }]),
      ...(isShort ? [{ field: "free", text: words.hw_too_short }] : []),
    ];
    showProblems(work, problems);
    return problems.length > 0 ? null : { subject: String(values.get("subject")), grade: Number(values.get("grade")) };
  },
  handedIn: ({ id }) => location.assign(`/homework/results/${id}`),
  ask: null,
});

tellReturned(connection);
try {
  const { draft } = await api.get<OneDraft>("drafts/own");
  form.fill([], draft, null);
} catch (error) {
  complain(error);
  form.fill([], null, null); // what this device kept is better than nothing
}
