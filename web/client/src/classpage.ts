/** The page of one class for its teachers, and for the admins of its school: what it is, its code, its people, its rules. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import { ClassCode } from "./classcode.ts";
import { factsOf } from "./classfacts.ts";
import { ClassForm } from "./classform.ts";
import { Classroom } from "./classroom.ts";
import { setUpRoster } from "./enrolling.ts";
import { HOME } from "./home.ts";
import { Members } from "./members.ts";
import { PolicyForm } from "./policyform.ts";
import { enter, toSignIn } from "./session.ts";
import { Teachers } from "./teachers.ts";
import { byId, fill, sentenceOf, toast, words } from "./ui.ts";

const { api, user } = await enter("teacher", "admin");
const room = new Classroom(api, user, /[0-9a-f]{24}$/.exec(location.pathname)?.[0] ?? "");
const form = new ClassForm(room);
const policy = new PolicyForm(room);
new ClassCode(room);
new Members(room);
new Teachers(room);
setUpRoster(room);

byId<HTMLAnchorElement>("home").href = HOME[user.role];
api.onSignedOut(toSignIn);
room.onChange(({ class: view }) => {
  byId("class-name").textContent = view.name;
  const count = fill(words.students_count, { n: view.students });
  byId("class-facts").textContent = [factsOf(view), count].filter(Boolean).join(" · ");
  byId("archived-note").hidden = !view.archived;
});

try {
  await room.load();
  form.fill();
  policy.fill();
  byId("class-parts").inert = false; // before, a click would have been lost
} catch (error) {
  byId("class-facts").textContent = sentenceOf(error);
  toast(sentenceOf(error));
}
