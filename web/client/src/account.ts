/** The account page: profile, password, signing out. */
import "./styles/base.css";
import "./styles/sign.css";
import { setUpForm, setUpReveals } from "./forms.ts";
import { HOME } from "./home.ts";
import { forgetKept } from "./kept.ts";
import type { Me, Nothing, UpdateMe, UserView } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { byId, complain, data, fill, part, toast, words } from "./ui.ts";

const { api, user: signedIn } = await enter();
const profile = byId<HTMLFormElement>("profile");
const password = byId<HTMLFormElement>("change-password");

setUpReveals();
show((await api.get<Me>("users/me").catch(() => ({ user: signedIn }))).user);

setUpForm(profile, async ({ display_name = "", email = "", grade, language }) => {
  const wish: UpdateMe = { display_name, language: language === "en" ? "en" : "zh" };
  if (email) wish.email = email;
  if (grade) wish.grade = Number(grade);
  const { user } = await api.patch<Me>("users/me", wish);
  show(user);
  if (user.language !== data.language) location.assign(`/account?lang=${user.language}`);
  else toast(words.saved);
});

setUpForm(password, async ({ current_password = "", new_password = "" }) => {
  await api.post<Nothing>("auth/password", { current_password, new_password });
  password.reset();
  toast(words.password_changed);
});

for (const [id, everywhere] of [["leave", false], ["leave-everywhere", true]] as const) {
  byId(id).addEventListener("click", () => {
    api.signOut(everywhere).then(() => {
      forgetKept();
      location.assign("/sign-in");
    }, complain);
  });
}
api.onSignedOut(toSignIn);
byId("settings").inert = false; // before, a click would have been lost

function show(user: UserView): void {
  byId("who").textContent = fill(words.signed_in_as, { name: user.username });
  byId<HTMLAnchorElement>("home").href = HOME[user.role];
  byId<HTMLInputElement>("display_name").value = user.display_name;
  byId<HTMLInputElement>("email").value = user.email ?? "";
  byId("grade").hidden = user.role !== "student";
  byId("reads-card").hidden = user.role !== "student";
  part<HTMLInputElement>(password, "[name=username]").value = user.username;
  for (const [name, value] of [["grade", user.grade], ["language", user.language]] as const) {
    for (const radio of profile.querySelectorAll<HTMLInputElement>(`[name=${name}]`)) radio.checked = radio.value === String(value);
  }
}
