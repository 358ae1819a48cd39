/** Keeps the newest words of a log in view for as long as the reader is at its end, and never moves a reader who is not. */

/** How far from the end, in pixels, still counts as being there. */
const NEAR = 48;
/** Room, in pixels, above an element that the reader was led to. */
const ABOVE = 16;

export class Follower {
  readonly #log: HTMLElement;
  readonly #content: HTMLElement;
  readonly #toEnd: HTMLElement;
  #following = true;
  #last = 0;

  /** @param toEnd the button that leads back to the end */
  constructor(log: HTMLElement, content: HTMLElement, toEnd: HTMLElement) {
    this.#log = log;
    this.#content = content;
    this.#toEnd = toEnd;
    log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    toEnd.addEventListener("click", () => {
      this.follow();
      log.focus();
    });
    new ResizeObserver(() => this.#settle()).observe(content);
    new ResizeObserver(() => this.#settle()).observe(log);
  }

  /** Goes to the end and stays there. */
  follow(): void {
    this.#following = true;
    this.#settle();
  }

  /** Goes to an element and stays there. */
  lead(element: HTMLElement): void {
    this.#following = false;
    // Not scrollIntoView, which moves the page around the log as well.
    this.#log.scrollTop += element.getBoundingClientRect().top - this.#log.getBoundingClientRect().top - ABOVE;
    this.#last = this.#log.scrollTop;
    this.#settle();
  }

  /** Runs a change above the reader without moving what they read. */
  keep(change: () => void): void {
    const below = this.#log.scrollHeight - this.#log.scrollTop;
    change();
    this.#log.scrollTop = this.#log.scrollHeight - below;
    this.#last = this.#log.scrollTop;
  }

  #settle(): void {
    if (this.#following && !this.#isWrittenIn) {
      this.#log.scrollTop = this.#log.scrollHeight;
      this.#last = this.#log.scrollTop;
    }
    this.#toEnd.hidden = this.#following || this.#distance() < NEAR;
  }

  /** Whoever changes a draft in the log keeps it before their eyes. */
  get #isWrittenIn(): boolean {
    return this.#content.querySelector(":is(textarea, input):focus") !== null;
  }

  /** Only a move up is a wish to read: growing text makes the end run away without anyone having moved. */
  #scrolled(): void {
    const movedUp = this.#log.scrollTop < this.#last - 1;
    this.#last = this.#log.scrollTop;
    if (this.#distance() < NEAR) this.#following = true;
    else if (movedUp) this.#following = false;
    this.#toEnd.hidden = this.#following;
  }

  #distance(): number {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
  }
}
