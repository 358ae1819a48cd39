/** What is done with all the work of an assignment at once: results go back, grading runs again, tables are saved.
 *  Used by assignmentpage.ts. */
import type { Api } from "./api.ts";
import { confirmed } from "./confirm.ts";
import type { Cost, QueueRow, Regrading, Released } from "./protocol.ts";
import { fill, LOCALE, make, toast, words } from "./ui.ts";

/** Gives back what can go, after asking; whether it did. Throws ApiError. */
export async function releaseAll(api: Api, id: string, rows: readonly QueueRow[]): Promise<boolean> {
  const open = rows.filter(({ released }) => !released);
  const ready = open.filter(({ settled }) => settled).length;
  if (ready === 0) {
    toast(words.mark_release_none);
    return false;
  }
  const left = open.length - ready;
  const text = fill(left > 0 ? words.mark_release_sure : words.mark_release_sure_all, { n: ready, held: left });
  if (!(await confirmed(words.mark_release_all, text, fill(words.mark_release_yes, { n: ready })))) return false;
  const { released, held } = await api.post<Released>(`assignments/${id}/release`, {});
  toast(fill(held.length > 0 ? words.mark_released_n : words.mark_released_all, { n: released.length, held: held.length }));
  return true;
}

/** Lets what was not released be graded again, after its cost was looked at; whether it is. Throws ApiError. */
export async function askCost(api: Api, id: string): Promise<boolean> {
  const cost = await api.get<Cost>(`assignments/${id}/cost`);
  if (cost.submissions === 0) {
    toast(words.mark_regrade_none);
    return false;
  }
  if (!(await confirmed(words.mark_regrade, costText(cost), words.mark_regrade_yes))) return false;
  const { started } = await api.post<Regrading>(`assignments/${id}/regrade`, {});
  toast(fill(words.mark_regrading, { n: started }));
  return true;
}

/** Saves the table of the results. Throws ApiError. */
export async function exportTable(api: Api, id: string, kind: "csv" | "xlsx", title: string): Promise<void> {
  const href = URL.createObjectURL(await api.file(`assignments/${id}/table.${kind}`));
  make("a", { href, download: `${title.replaceAll(/[\\/:*?"<>|]/g, " ").trim() || "homework"}.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser may ask where to put it
}

function costText({ submissions, questions, calculated, calls, pictures, tokens, price, currency }: Cost): string {
  const number = new Intl.NumberFormat(LOCALE);
  const values = { submissions, questions, calculated, calls, pictures, tokens: number.format(tokens) };
  const money = price === null ? words.mark_cost_no_price : fill(words.mark_cost_price, { price: `${number.format(price)} ${currency}` });
  return calls === 0 ? fill(words.mark_cost_free, values) : `${fill(words.mark_cost, values)} ${money}`;
}
