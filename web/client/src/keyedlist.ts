/** A sorted list of elements that are made once and changed in place: of an update, only what it names is touched.
 *  Used by the live board and by other lists that change while somebody is in them. */

/** One item as it is shown. */
export interface Shown<T> {
  readonly element: HTMLElement;
  /** Shows the item as it is now: the first time, and at every change. */
  show(item: T): void;
}

export interface ListRules<T, S extends Shown<T>> {
  key(item: T): string;
  /** Below zero when the first stands before the second. */
  compare(one: T, other: T): number;
  make(): S;
}

export class KeyedList<T, S extends Shown<T> = Shown<T>> {
  readonly #list: HTMLElement;
  readonly #rules: ListRules<T, S>;
  readonly #items = new Map<string, T>();
  readonly #shown = new Map<string, S>();
  /** Those whose place may be another one now. */
  readonly #unsettled = new Set<string>();

  constructor(list: HTMLElement, rules: ListRules<T, S>) {
    this.#list = list;
    this.#rules = rules;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Whether a change of order waits for `settle`. */
  get isUnsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  items(): IterableIterator<T> {
    return this.#items.values();
  }

  shown(): IterableIterator<S> {
    return this.#shown.values();
  }

  get(key: string): T | undefined {
    return this.#items.get(key);
  }

  /** Shows these items and no others. */
  replace(items: readonly T[]): void {
    const keys = new Set(items.map((item) => this.#rules.key(item)));
    for (const key of [...this.#items.keys()]) if (!keys.has(key)) this.remove(key);
    for (const item of items) this.put(item);
    this.settle();
  }

  /** Shows an item that is new or has changed. Its place is found by `settle`. */
  put(item: T): void {
    const key = this.#rules.key(item);
    const before = this.#items.get(key);
    let shown = this.#shown.get(key);
    if (!shown) this.#shown.set(key, (shown = this.#rules.make()));
    this.#items.set(key, item);
    shown.show(item);
    if (before === undefined || this.#rules.compare(before, item) !== 0) this.#unsettled.add(key);
  }

  remove(key: string): void {
    this.#shown.get(key)?.element.remove();
    for (const known of [this.#items, this.#shown, this.#unsettled]) known.delete(key);
  }

  /** Puts everything into order; only what has changed its place is moved, and the keyboard's place stays. */
  settle(): void {
    if (!this.isUnsettled) return;
    const focused = this.#list.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    for (const key of this.#unsettled) this.#shown.get(key)!.element.remove();
    this.#unsettled.clear();
    const order = [...this.#items].sort(([, one], [, other]) => this.#rules.compare(one, other));
    let next = this.#list.firstElementChild;
    for (const [key] of order) {
      const { element } = this.#shown.get(key)!;
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
    }
    if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
  }
}
