/** A guardian's page: the children with whom they may read along, and the conversations of each. */
import "./styles/base.css";
import "./styles/sign.css";
import "./styles/desks.css";
import { askForCode } from "./codedialog.ts";
import { KeyedList } from "./keyedlist.ts";
import type { OneWard, Wards, WardView } from "./protocol.ts";
import { enter, toSignIn } from "./session.ts";
import { byId, complain, fill, toast, words } from "./ui.ts";
import { WardCard } from "./wardcard.ts";

const { api } = await enter("guardian");
const list = new KeyedList<WardView, WardCard>(byId("wards"), {
  key: ({ student_id }) => student_id,
  compare: (one, other) => one.display_name.localeCompare(other.display_name),
  make: () => new WardCard(api, (ward) => drop(ward)),
});

api.onSignedOut(toSignIn);
for (const id of ["add", "add-first"]) byId(id).addEventListener("click", () => askForCode("add-dialog", "invitation_invalid", add));
await load();

async function load(): Promise<void> {
  try {
    list.replace((await api.get<Wards>("wards")).items);
    drawn();
  } catch (error) {
    complain(error);
  }
}

async function add(code: string): Promise<void> {
  const { ward } = await api.post<OneWard>("wards", { code });
  list.put(ward);
  list.settle();
  drawn();
  toast(fill(words.ward_added, { name: ward.display_name }));
}

function drop({ student_id }: WardView): void {
  list.remove(student_id);
  drawn();
}

function drawn(): void {
  byId("no-wards").hidden = list.size > 0;
  byId("add").hidden = list.size === 0;
}
