/** The page of a replay: a lesson as it went, for its teacher. */
import "./styles/base.css";
import "./styles/app.css";
import "./styles/room.css";
import "./styles/reads.css";
import "./styles/replay.css";
import type { Api } from "./api.ts";
import { Answer, saidElement } from "./message.ts";
import { noticeElement } from "./notices.ts";
import { Player } from "./player.ts";
import type { ConversationView, MessageView, Replay, ReplayItem } from "./protocol.ts";
import { Follower } from "./scroll.ts";
import { enter, toSignIn } from "./session.ts";
import { type Scene, Timeline } from "./timeline.ts";
import { lasted } from "./times.ts";
import { byId, complain, data, fill, icon, LOCALE, make, words } from "./ui.ts";

const STEP_MS = 5_000;
const MOMENT = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" });

/** A scene on the page. `characters` is how much of its text is shown. */
interface Shown {
  readonly scene: Scene;
  readonly element: HTMLElement;
  readonly answer: Answer | null;
  readonly letters: readonly string[];
  characters: number;
}

const { api, user } = await enter("teacher");
const conversationId = data.conversation_id ?? "";
const messages = byId("messages");
const scrubber = byId<HTMLInputElement>("scrubber");
const follower = new Follower(byId("log"), messages, byId("to-end"));
const shown: Shown[] = [];
const timeline = new Timeline(await whole(api));
const player = new Player(timeline.length, { moved: draw, played: drawButton });

api.onSignedOut(toSignIn);
byId<HTMLAnchorElement>("leave").href = `/teacher/rooms/${conversationId}`;
byId("replay-empty").hidden = timeline.scenes.length > 0;
byId("player").inert = timeline.scenes.length === 0;
scrubber.max = String(timeline.length);
scrubber.addEventListener("input", () => player.seek(Number(scrubber.value)));
byId("play").addEventListener("click", () => player.toggle());
byId("next").addEventListener("click", () => player.seek(timeline.next(player.place)));
byId("previous").addEventListener("click", () => player.seek(timeline.previous(player.place)));
for (const radio of document.querySelectorAll<HTMLInputElement>("[name=speed]")) {
  if (radio.checked) player.speed = Number(radio.value); // a browser may have kept it over a reload
  radio.addEventListener("change", () => {
    player.speed = Number(radio.value);
  });
}
addEventListener("keydown", steer);
byId("marks").append(...timeline.scenes.map(markOf));
drawButton(false);
draw(0);

/** All stretches of the lesson. */
async function whole(api: Api): Promise<ReplayItem[]> {
  const items: ReplayItem[] = [];
  try {
    for (let after: number | null = 0; after !== null; ) {
      const page: Replay = await api.get<Replay>(`conversations/${conversationId}/replay?after_seq=${after}`);
      if (after === 0) entitle(page.conversation);
      items.push(...page.items);
      after = page.next;
    }
  } catch (error) {
    complain(error);
  }
  return items;
}

function entitle({ title, subject, grade }: ConversationView): void {
  byId("title").textContent = title || words.new_question;
  byId("facts").textContent = [words.replay, data.subjects[subject], fill(words.grade, { n: grade })].join(" · ");
}

/** Shows the lesson as it was at a place. */
function draw(place: number): void {
  const count = timeline.begun(place);
  while (shown.length > count) shown.pop()?.element.remove();
  for (const scene of timeline.scenes.slice(shown.length, count)) {
    const next = show(scene);
    shown.push(next);
    messages.append(next.element);
    follower.follow();
  }
  for (const one of shown) if (one.answer && one.scene.growth.length > 0) write(one, timeline.written(one.scene, place));
  drawClock(place);
}

function show(scene: Scene): Shown {
  const { message, whisper } = scene;
  const rest = { scene, characters: -1 };
  if (message?.author.kind === "tutor") {
    const answer = new Answer(message, null, true);
    return { ...rest, element: answer.element, answer, letters: scene.growth.length > 0 ? [...message.text] : [] };
  }
  if (message) {
    const element = message.notice ? noticeElement(message) : saidElement(message, message.author.id === user.id);
    return { ...rest, element, answer: null, letters: [] };
  }
  const text = whisper ? fill(words.replay_whisper, { name: whisper.teacher.name, text: whisper.text }) : "";
  return { ...rest, element: make("p", { className: "notice whisper" }, make("span", {}, text)), answer: null, letters: [] };
}

/** Shows so many characters of an answer. */
function write(one: Shown, characters: number): void {
  if (one.characters === characters || !one.scene.message) return;
  one.characters = characters;
  const isWhole = characters >= one.letters.length;
  const running: MessageView = { ...one.scene.message, state: "running", text: one.letters.slice(0, characters).join("") };
  one.answer?.show(isWhole ? one.scene.message : running);
}

function drawClock(place: number): void {
  const moment = MOMENT.format(timeline.momentAt(place));
  const where = `${lasted(place)} / ${lasted(timeline.length)}`;
  scrubber.value = String(place);
  scrubber.setAttribute("aria-valuetext", `${where}, ${moment}`);
  byId("moment").textContent = timeline.length > 0 ? moment : "";
  byId("place").textContent = where;
}

function drawButton(playing: boolean): void {
  byId("play").replaceChildren(icon(playing ? "pause" : "play"));
  byId("play").setAttribute("aria-label", playing ? words.pause : words.play);
}

/** Where on the line a scene begins. */
function markOf({ at, kind, message }: Scene): HTMLElement {
  const mark = make("i", { className: "scrubber-mark" });
  mark.dataset["kind"] = message && kind === "message" ? message.author.kind : kind;
  mark.style.insetInlineStart = `${(100 * at) / timeline.length}%`;
  return mark;
}

/** Space and the arrows, unless they mean something to what has the focus. */
function steer(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || byId("player").inert) return;
  const on = event.target instanceof Element ? event.target : null;
  if (event.key === " " && !on?.matches("button, a, input[type=radio]")) player.toggle();
  else if (on?.matches("input[type=radio]")) return;
  else if (event.key === "ArrowRight") player.seek(event.shiftKey ? timeline.next(player.place) : player.place + STEP_MS);
  else if (event.key === "ArrowLeft") player.seek(event.shiftKey ? timeline.previous(player.place) : player.place - STEP_MS);
  else return;
  event.preventDefault();
}
