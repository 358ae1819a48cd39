/** The page of a school for its admins: its classes, its people, and inviting teachers. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import { factsOf } from "./classfacts.ts";
import { PeopleList } from "./peoplelist.ts";
import type { Classes, ClassView, Invited, OneSchool } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { showCode } from "./slip.ts";
import { byId, complain, fill, held, inOneLine, make, words } from "./ui.ts";

const { api } = await enter("admin");
const invite = byId("invite");
const people = new PeopleList(api);

api.onSignedOut(toSignIn);
invite.addEventListener("click", () => void held(invite, inviteTeacher));
await Promise.all([showName(), showClasses(), people.load()].map((part) => part.catch(complain)));

async function showName(): Promise<void> {
  byId("school-name").textContent = (await api.get<OneSchool>("school")).school.name;
}

async function showClasses(): Promise<void> {
  const { items } = await api.get<Classes>("school/classes");
  const archived = items.filter((one) => one.archived);
  byId("classes").replaceChildren(...items.filter((one) => !one.archived).map(row));
  byId("archived-classes").replaceChildren(...archived.map(row));
  byId("archived-part").hidden = archived.length === 0;
  byId("classes-empty").hidden = items.length > archived.length;
}

function row(view: ClassView): HTMLElement {
  const facts = [factsOf(view), fill(words.students_count, { n: view.students }), inOneLine(view.teachers)];
  const link = make("a", { className: "lesson", href: `/teacher/classes/${view.id}` });
  link.append(make("span", { className: "lesson-title" }, view.name), make("span", { className: "person-facts" }, facts.filter(Boolean).join(" · ")));
  return make("li", {}, link);
}

async function inviteTeacher(): Promise<void> {
  try {
    showCode(words.invite_teacher, words.invite_teacher_how, await api.post<Invited>("school/invitations", {}));
  } catch (error) {
    complain(error);
  }
}
