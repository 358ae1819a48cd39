/** Work that is done once at a time: who asks for it meanwhile has it done once more, so that no older answer comes after
 *  a newer one. Without a DOM. Used by the student's pages of homework. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isAsked = false;
  return function run(): Promise<void> {
    isAsked = running !== null;
    running ??= work().finally(() => {
      running = null;
      if (isAsked) void run();
    });
    return running;
  };
}
