/** An assignment while it is written: what the server has of it, and what stands in this tab until the server has it.
 *  Used by assignmenteditor.ts. */
import type { Api } from "./api.ts";
import { clientId } from "./ids.ts";
import { asApiError } from "./live/fault.ts";
import { keep, kept } from "./kept.ts";
import type { AssignmentView, CreateAssignment, OneAssignment, UpdateAssignment } from "./protocol.ts";

/** All that the editor knows of. */
export type Wish = Omit<Required<CreateAssignment>, "client_id" | "is_template">;

export class AssignmentDraft {
  readonly #api: Api;
  readonly #isTemplate: boolean;
  /** What was sent to be stored: after a lost answer it is sent again just as it was. */
  #first: CreateAssignment | null = null;
  #view: AssignmentView | null = null;

  constructor(api: Api, isTemplate: boolean) {
    this.#api = api;
    this.#isTemplate = isTemplate;
  }

  /** As it was heard last; null before it is stored. */
  get view(): AssignmentView | null {
    return this.#view;
  }

  get isTemplate(): boolean {
    return this.#view?.is_template ?? this.#isTemplate;
  }

  /** Whether students have it already, so that each change reaches them. */
  get isGiven(): boolean {
    return this.#view !== null && (this.#view.state === "published" || this.#view.state === "closed");
  }

  /** Throws ApiError. */
  async load(id: string): Promise<AssignmentView> {
    return this.#take(await this.#api.get<OneAssignment>(`assignments/${id}`));
  }

  /** Stores all of it. The same again after a lost answer makes no second one. Throws ApiError. */
  async save(wish: Wish): Promise<AssignmentView> {
    if (!this.#view) await this.#create(wish);
    return this.#patch(wish); // what was stored before a lost answer may be older than what stands here now
  }

  /** Publishes or closes it. Throws ApiError. */
  async turn(how: "publish" | "close"): Promise<AssignmentView> {
    return this.#take(await this.#api.post<OneAssignment>(`assignments/${this.#view?.id}/${how}`, {}));
  }

  /** A draft or a template like it; gives the new one. Throws ApiError. */
  async copy(isTemplate: boolean): Promise<AssignmentView> {
    const body = { client_id: clientId(), is_template: isTemplate };
    return (await this.#api.post<OneAssignment>(`assignments/${this.#view?.id}/copy`, body)).assignment;
  }

  /** Throws ApiError. */
  async remove(): Promise<void> {
    if (this.#view) await this.#api.del(`assignments/${this.#view.id}`);
    this.forget();
  }

  /** Keeps in the tab what the server has not. */
  keep(wish: Wish): void {
    keep(this.#name, JSON.stringify(wish));
  }

  /** What was written here and never reached the server; null when there is nothing. */
  kept(): Wish | null {
    const text = kept(this.#name);
    return text ? (JSON.parse(text) as Wish) : null;
  }

  forget(): void {
    keep(this.#name, "");
    keep(this.#newName, "");
  }

  async #create(wish: Wish): Promise<void> {
    this.#first ??= { ...wish, client_id: clientId(), is_template: this.#isTemplate };
    try {
      this.#take(await this.#api.post<OneAssignment>("assignments", this.#first));
    } catch (error) {
      const { status } = asApiError(error);
      if (status >= 400 && status < 500) this.#first = null; // refused: nothing is stored
      throw error;
    }
  }

  async #patch(wish: Wish): Promise<AssignmentView> {
    const view = this.#view;
    if (!view) throw new Error("There is nothing to change yet");
    if (isSame(view, wish)) return view;
    const body: UpdateAssignment = { ...wish, revision: view.revision };
    return this.#take(await this.#api.patch<OneAssignment>(`assignments/${view.id}`, body));
  }

  get #name(): string {
    return this.#view ? `assignment:${this.#view.id}` : this.#newName;
  }

  get #newName(): string {
    return this.#isTemplate ? "assignment:template" : "assignment:new";
  }

  #take({ assignment }: OneAssignment): AssignmentView {
    this.#view = assignment;
    return assignment;
  }
}

/** Whether the server has just this. */
function isSame(view: AssignmentView, wish: Wish): boolean {
  const stored = { ...view, file_ids: view.files.map(({ id }) => id) };
  return (Object.keys(wish) as (keyof Wish)[]).every((name) => same(stored[name], wish[name]));
}

function same(one: unknown, other: unknown): boolean {
  if (typeof one === "string" && typeof other === "string" && /^\d{4}-\d\d-\d\dT/.test(one)) return Date.parse(one) === Date.parse(other);
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b)));
  });
}
