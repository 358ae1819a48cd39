/** The teacher's page: her desk, and the room of a student that she looks into. */
import "./styles/base.css";
import "./styles/app.css";
import "./styles/room.css";
import "./styles/teacher.css";
import "./styles/staff.css";
import "./styles/board.css";
import { Composer } from "./composer.ts";
import { Desk } from "./desk.ts";
import { setUpDrawer } from "./drawer.ts";
import type { Invited } from "./protocol.ts";
import { RoomView } from "./roomview.ts";
import { connect, enter, setName } from "./session.ts";
import { showCode } from "./slip.ts";
import { StaffRoom } from "./staffroom.ts";
import { byId, complain, data, fill, toast, words } from "./ui.ts";

const session = await enter("teacher");
const { api, user } = session;
const connection = connect(session);
const drawer = setUpDrawer();
setName(user);

const composer = new Composer({
  send: (text) => view.send(text),
  stop: () => view.stop(),
  typing: (on) => (on ? view.room?.typing.goOn() : view.room?.typing.end()),
  waits: false,
});
const staff = new StaffRoom(user.id, () => view.room, composer, { find: ({ seq }) => void view.find(seq) });
const view = new RoomView(
  connection,
  user,
  {
    conversation: (conversation) => staff.conversation(conversation),
    hand: (hand) => staff.hand(hand),
    running: (running) => {
      composer.showRunning(running);
      staff.running(running);
    },
    raise: () => {},
    lost: (error) => {
      complain(error);
      visit(null, "replace");
    },
  },
  staff,
);
const desk = new Desk(api, connection, user.id, {
  openRoom: (id) => visit(id, "push"),
  chosen: () => visit(null, "push"),
});

connection.on("draft.waiting", ({ conversation_id }) => {
  if (conversation_id === view.room?.conversationId) return; // there it stands
  const name = desk.nameIn(conversation_id);
  const text = name === undefined ? words.draft_waiting : fill(words.draft_waiting_of, { name });
  toast(text, { label: words.draft_go, run: () => visit(conversation_id, "push") });
});
byId("leave-room").addEventListener("click", (event) => {
  event.preventDefault();
  visit(null, "push");
});
byId("invite").addEventListener("click", () => void invite());
addEventListener("popstate", () => turnTo(idInAddress()));

show(data.conversation_id);
void desk.load();

/** Shows a room, or the desk, and puts it into the address. */
function visit(id: string | null, how: "push" | "replace"): void {
  const address = id === null ? "/teacher" : `/teacher/rooms/${id}`;
  if (how === "push" && location.pathname !== address) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  turnTo(id);
}

/** What had the focus is hidden now: it goes on where there is something to read. */
function turnTo(id: string | null): void {
  show(id);
  byId(id === null ? "main" : "log").focus({ preventScroll: true });
}

function show(id: string | null): void {
  drawer.close();
  byId("desk").hidden = id !== null;
  byId("room").hidden = id === null;
  byId("title").textContent = "";
  byId("facts").textContent = "";
  staff.clear(id);
  view.show(id);
  desk.showRoom(id);
  composer.showRoom(id ?? "none");
}

function idInAddress(): string | null {
  return /^\/teacher\/rooms\/([0-9a-f]{24})$/.exec(location.pathname)?.[1] ?? null;
}

async function invite(): Promise<void> {
  try {
    showCode(words.invite_colleague, words.invite_teacher_how, await api.post<Invited>("auth/invitations", {}));
  } catch (error) {
    complain(error);
  }
}
