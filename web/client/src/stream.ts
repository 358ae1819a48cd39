/** Shows a Markdown answer while it arrives. */
export declare class AnswerStream {
  constructor(root: HTMLElement);
  readonly root: HTMLElement;
  get text(): string;
  /** Appends; drawn at the next frame. */
  push(text: string): void;
  /** No more text will come. */
  end(): void;
  /** Shows a whole, final text: only what differs is drawn. */
  set(text: string): void;
}
