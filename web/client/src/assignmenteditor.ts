/** The page where a teacher writes an assignment or a template: a draft is saved by itself, what students have already
 *  only when she says so. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/teacher.css";
import "./styles/desks.css";
import "./styles/room.css";
import "./styles/homework.css";
import { AssignmentDraft, type Wish } from "./assignmentdraft.ts";
import { AssignmentFields } from "./assignmentfields.ts";
import { Attachments } from "./attachments.ts";
import { Audience } from "./audience.ts";
import { Autosave, type SaveState } from "./autosave.ts";
import { confirmed } from "./confirm.ts";
import { ApiError } from "./live/fault.ts";
import type { AssignmentView } from "./protocol.ts";
import { QuestionCards } from "./questioncards.ts";
import { enter, toSignIn } from "./session.ts";
import { timeOf } from "./times.ts";
import { byId, complain, fill, held, sentenceOf, toast, words, write } from "./ui.ts";

const PROBLEMS: Readonly<Record<string, [string, string]>> = {
  no_questions: [words.assign_need_questions, "add-question"],
  nobody: [words.assign_need_people, "people-title"],
  no_key: [words.assign_need_key, "questions-title"],
  key_unreadable: [words.assign_need_key_readable, "questions-title"],
  points: [words.assign_need_points, "questions-title"],
  due_past: [words.assign_need_due, "due"],
};

const { api } = await enter("teacher");
const asked = new URLSearchParams(location.search);
const draft = new AssignmentDraft(api, asked.has("template"));
const form = byId<HTMLFormElement>("assignment");
const fields = new AssignmentFields(form);
const questions = new QuestionCards(changed);
const files = new Attachments(api, changed);
const audience = new Audience(api, (chosen) => {
  if (chosen) fields.suit(chosen);
  changed();
});
const autosave = new Autosave({ save, told });
/** Nothing counts as a change while the form is being filled. */
let filling = true;

api.onSignedOut(toSignIn);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", changed);
on("save", async () => void ((await saved()) && toast(words.saved)));
on("publish", publish);
on("close", close);
on("copy", async () => go(`${(await draft.copy(false)).id}/edit`));
on("as-template", async () => {
  await draft.copy(true);
  toast(words.assign_template_made);
});
on("delete", remove);
addEventListener("beforeunload", (event) => {
  if (autosave.isDirty) event.preventDefault();
});
await start();

async function start(): Promise<void> {
  try {
    const id = /\/([0-9a-f]{24})\/edit$/.exec(location.pathname)?.[1];
    if (id) await draft.load(id);
    const classId = asked.get("class_id");
    const unsent = draft.kept();
    await show({ ...(draft.view ?? { class_ids: classId ? [classId] : [] }), ...unsent });
    if (unsent) {
      toast(words.assign_kept);
      changed();
    }
    if (id || unsent) return;
    if (audience.first) fields.suit(audience.first);
    byId("assignment-title").focus();
  } catch (error) {
    write(byId("save-state"), sentenceOf(error));
    complain(error);
  }
}

async function show(view: Partial<AssignmentView>): Promise<void> {
  filling = true;
  fields.fill(view);
  questions.fill(view.questions ?? []);
  files.fill(view.files ?? []);
  byId("people-part").hidden = draft.isTemplate;
  byId("days-part").hidden = draft.isTemplate;
  if (!draft.isTemplate) await audience.fill(view.class_ids ?? [], view.student_ids ?? [], draft.isGiven);
  form.inert = false;
  filling = false;
  showState();
}

/** What can be done with it now. */
function showState(): void {
  const { view, isTemplate, isGiven } = draft;
  const title = isTemplate ? words.assign_edit_template : isGiven ? words.assign_edit_given : words.assign_edit;
  byId("editor-title").textContent = title;
  byId("given-note").hidden = !isGiven;
  byId("save").hidden = false;
  byId("publish").hidden = isTemplate || view?.state === "published";
  byId("publish").textContent = view?.state === "closed" ? words.assign_reopen : words.assign_publish;
  byId("close").hidden = view?.state !== "published";
  byId("more-actions").hidden = view === null;
  byId("as-template").hidden = isTemplate;
  byId("delete").hidden = isGiven;
  const home = byId<HTMLAnchorElement>("home");
  home.href = isGiven && view ? `/teacher/homework/${view.id}` : "/teacher/homework";
}

function wish(): Wish | null {
  const plain = fields.wish;
  if (!plain) return null;
  const people = draft.isTemplate ? { class_ids: [], student_ids: [] } : { class_ids: audience.classIds, student_ids: audience.studentIds };
  return { ...(plain as Wish), ...people, file_ids: files.ids, questions: questions.all };
}

function changed(): void {
  if (filling) return;
  const now = wish();
  if (now) draft.keep(now);
  autosave.changed(now !== null && !draft.isGiven);
  if (!now) write(byId("save-state"), words.assign_need_head);
}

async function save(): Promise<void> {
  const now = wish();
  if (!now) return;
  const isNew = draft.view === null;
  const { id } = await draft.save(now);
  const newer = wish();
  draft.forget();
  if (newer && JSON.stringify(newer) !== JSON.stringify(now)) draft.keep(newer); // it was written meanwhile
  if (isNew) history.replaceState(null, "", `/teacher/homework/${id}/edit`);
  showState();
}

function told(state: SaveState, error: ApiError | null): void {
  const empty = questions.empty;
  const texts: Record<SaveState, string> = {
    changed: words.assign_unsaved,
    saving: words.assign_saving,
    saved: empty.length > 0 ? fill(words.assign_saved_but, { n: empty.join(", ") }) : fill(words.assign_saved_at, { time: timeOf(Date.now()) }),
    failed: error?.code === "conflict" ? words.assign_conflict : fill(words.assign_not_saved, { why: sentenceOf(error) }),
  };
  byId("save-state").dataset["state"] = state;
  write(byId("save-state"), texts[state]);
}

/** Whether everything that can be saved is. */
async function saved(): Promise<boolean> {
  if (wish() === null) {
    toast(words.assign_need_head);
    fields.focusMissing();
    return false;
  }
  if (!draft.view && !autosave.isDirty) autosave.changed(false);
  return autosave.now();
}

async function publish(): Promise<void> {
  if (!(await saved())) return;
  if (questions.empty.length > 0) return toast(fill(words.assign_saved_but, { n: questions.empty.join(", ") }));
  try {
    const { id } = await draft.turn("publish");
    go(id);
  } catch (error) {
    const problem = error instanceof ApiError && error.code === "assignment_not_ready" ? PROBLEMS[String(error.details["problem"])] : undefined;
    if (!problem) throw error;
    byId("publish-problem").textContent = fill(problem[0], (error as ApiError).details);
    byId("publish-problem").hidden = false;
    byId(problem[1]).focus();
    byId(problem[1]).scrollIntoView({ block: "center" });
  }
}

async function close(): Promise<void> {
  if (!(await confirmed(words.assign_close, words.assign_close_sure, words.assign_close))) return;
  await draft.turn("close");
  showState();
}

async function remove(): Promise<void> {
  if (!(await confirmed(words.assign_delete, words.assign_delete_sure, words.assign_delete))) return;
  await draft.remove();
  autosave.drop();
  location.assign("/teacher/homework");
}

/** Lets a button do something once at a time; what goes wrong is said. */
function on(id: string, act: () => Promise<void>): void {
  byId(id).addEventListener("click", () => {
    byId("publish-problem").hidden = true;
    void held(byId(id), () => act().catch(complain));
  });
}

function go(rest: string): void {
  location.assign(`/teacher/homework/${rest}`);
}
