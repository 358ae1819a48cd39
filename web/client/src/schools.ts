/** The operator's page: all schools, founding one, and inviting its admins. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import { setUpForm } from "./forms.ts";
import type { Invited, OneSchool, Schools, SchoolView } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { showCode } from "./slip.ts";
import { dateTime } from "./times.ts";
import { byId, complain, fill, held, make, toast, words } from "./ui.ts";

const { api } = await enter("operator");
const form = byId<HTMLFormElement>("create-school");

api.onSignedOut(toSignIn);
setUpForm(form, async ({ name = "" }) => {
  const { school } = await api.post<OneSchool>("schools", { name });
  form.reset();
  add(school);
  toast(fill(words.school_created, { name: school.name }));
});
byId("desk").inert = false; // before, a click would have been lost
await api.get<Schools>("schools").then(({ items }) => items.forEach(add), complain);

function add(school: SchoolView): void {
  const invite = make("button", { type: "button", className: "small" }, words.invite_admin);
  invite.ariaLabel = fill(words.invite_admin_of, { name: school.name });
  invite.addEventListener("click", () => void held(invite, () => inviteAdmin(school)));
  const text = make("div", { className: "person-text" }, make("b", { className: "person-name" }, school.name));
  text.append(make("span", { className: "person-facts" }, fill(words.since, { time: dateTime(school.created_at) })));
  byId("schools").append(make("li", { className: "person" }, text, invite));
}

async function inviteAdmin({ id, name }: SchoolView): Promise<void> {
  try {
    const invited = await api.post<Invited>(`schools/${id}/invitations`, {});
    showCode(fill(words.invite_admin_of, { name }), words.invite_admin_how, invited);
  } catch (error) {
    complain(error);
  }
}
