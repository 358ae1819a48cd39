/** The student's page: the list of conversations, one room, and how a first question opens a new one. */
import "./styles/base.css";
import "./styles/app.css";
import "./styles/room.css";
import { showAbout } from "./about.ts";
import { showBroadcasts } from "./broadcasts.ts";
import { askForCode } from "./codedialog.ts";
import { Composer } from "./composer.ts";
import { ConversationList } from "./conversations.ts";
import { setUpDrawer } from "./drawer.ts";
import { Hand } from "./hand.ts";
import { clientId as makeClientId } from "./ids.ts";
import type { Classes, ConversationView, OneClass } from "./protocol.ts";
import { tellReturned } from "./returned.ts";
import { RoomView } from "./roomview.ts";
import { connect, enter, setName } from "./session.ts";
import { byId, complain, data, fill, make, toast, words } from "./ui.ts";
import { Welcome } from "./welcome.ts";

const session = await enter("student");
const { api, user } = session;
const connection = connect(session);
const drawer = setUpDrawer();
setName(user);

const view = new RoomView(connection, user, {
  conversation: (conversation) => {
    list.update(conversation);
    address(conversation);
    showAbout(conversation.about);
  },
  hand: (raised, place) => hand.show(raised, place),
  running: (running) => composer.showRunning(running),
  raise: () => hand.ask(),
  lost: (error) => {
    complain(error);
    visit(null, "replace");
  },
});
const composer = new Composer({
  send: say,
  stop: () => view.stop(),
  typing: (on) => (on ? view.room?.typing.goOn() : view.room?.typing.end()),
  waits: true,
});
const hand = new Hand(() => view.room?.hands);
const welcome = new Welcome((question) => composer.suggest(question));
const list = new ConversationList(api, {
  open: (id, seq) => visit(id, "push", seq),
  changed: (conversation) => {
    if (conversation.id !== view.room?.conversationId) return;
    if (conversation.deleted) visit(null, "push");
    else view.conversation(conversation);
  },
});

connection.on("conversation.changed", ({ conversation }) => {
  list.update(conversation);
  if (conversation.id !== view.room?.conversationId) return;
  if (conversation.deleted) visit(null, "replace");
});
for (const id of ["new", "new-short"]) {
  byId(id).addEventListener("click", (event) => {
    event.preventDefault();
    visit(null, "push");
  });
}
byId("join").addEventListener("click", joinClass);
addEventListener("popstate", () => show(idInAddress()));

show(data.conversation_id);
void list.load();
showBroadcasts(connection);
tellReturned(connection);

/** Shows a conversation, or the start of a new one, and puts it into the address. */
function visit(id: string | null, how: "push" | "replace", seq: number | null = null): void {
  const address = id === null ? "/chat" : `/chat/${id}`;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  show(id, seq);
}

function show(id: string | null, seq: number | null = null): void {
  drawer.close();
  welcome.show(id === null);
  if (id === null) {
    byId("title").textContent = words.new_question;
    byId("facts").textContent = "";
  }
  showAbout();
  list.select(id);
  view.show(id, seq);
  composer.showRoom(id ?? "new");
  composer.address(words.your_question);
  // On a phone the focus would open the keyboard over the page.
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

/** While a teacher answers, one writes to the teacher. */
function address({ floor: { state, teacher_name } }: ConversationView): void {
  composer.address(state === "teacher" ? fill(words.write_to, { name: teacher_name }) : words.your_question);
}

function idInAddress(): string | null {
  return /^\/chat\/([0-9a-f]{24})$/.exec(location.pathname)?.[1] ?? null;
}

/** Sends into the room, after making one when there is none yet. */
async function say(text: string): Promise<boolean> {
  if (view.room === null) {
    const id = await create(text);
    if (id === null) return false;
    visit(id, "push");
  }
  list.used(view.room?.conversationId ?? "");
  return view.send(text);
}

/** The conversation that is being made: trying again after a lost answer gives the same one. */
let pending: { text: string; clientId: string } | null = null;

async function create(text: string): Promise<string | null> {
  if (pending?.text !== text) pending = { text, clientId: makeClientId() };
  try {
    const { conversation } = await connection.call("conversation.create", {
      client_id: pending.clientId,
      subject: welcome.subject,
      mode: welcome.mode,
    });
    pending = null;
    list.update(conversation);
    return conversation.id;
  } catch (error) {
    complain(error);
    return null;
  }
}

function joinClass(): void {
  drawer.close();
  askForCode("join-dialog", "class_code_unknown", async (code) => {
    const joined = await api.post<OneClass>("classes/join", { code });
    toast(fill(words.joined, { name: joined.class.name }));
  });
  void showMyClasses();
}

async function showMyClasses(): Promise<void> {
  const box = byId("my-classes");
  try {
    const { items } = await api.get<Classes>("classes");
    box.hidden = items.length === 0;
    box.replaceChildren(make("h3", {}, words.my_classes), make("ul", {}, ...items.map(({ name }) => make("li", {}, name))));
  } catch {
    box.hidden = true; // only an extra: joining works without it
  }
}
