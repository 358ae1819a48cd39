/** The pages for signing in and for opening an account. */
import "./styles/base.css";
import "./styles/sign.css";
import { Api } from "./api.ts";
import { setUpForm, setUpReveals, type Values } from "./forms.ts";
import { HOME } from "./home.ts";
import type { Register, UserView } from "./protocol.ts";
import { data, words } from "./ui.ts";

const api = new Api();

setUpReveals();
carryNext();

const signIn = document.querySelector<HTMLFormElement>("#sign-in");
const signUp = document.querySelector<HTMLFormElement>("#sign-up");

if (signIn) {
  setUpForm(signIn, async ({ username = "", password = "" }) => {
    goOn((await api.signIn({ username, password })).user);
  });
}

if (signUp) {
  const needsGrade = ({ grade, invitation, guardian_code }: Values) =>
    grade || invitation || guardian_code ? [] : [{ field: "grade", text: words.need_grade }];
  setUpForm(signUp, async (values) => {
    const { display_name = "", username = "", email = "", password = "", grade, invitation, guardian_code } = values;
    const wish: Register = { display_name, username, email, password, language: data.language };
    if (guardian_code) wish.guardian_code = guardian_code;
    else if (invitation) wish.invitation = invitation;
    else wish.grade = Number(grade);
    goOn((await api.register(wish)).user);
  }, needsGrade);
}

/** To where the reader wanted to go, when that is a page of ours, else to the first page of their role. */
function goOn(user: UserView): void {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  const own = HOME[user.role];
  const known = [own, "/account", "/reads", ...(user.role === "student" ? ["/homework"] : [])].some((page) => next === page || next.startsWith(`${page}/`) || next.startsWith(`${page}?`));
  location.assign(known ? next : own);
}

/** The links between the two pages keep the page that the reader came for. */
function carryNext(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href='/sign-in'], a[href='/sign-up']")) {
    link.search = new URLSearchParams([...new URLSearchParams(location.search)].filter(([name]) => name === "next")).toString();
  }
}
