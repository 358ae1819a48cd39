/** What every place that runs JavaScript has beside the language; for tsconfig.live.json, which knows nothing else. */
declare function setTimeout(run: () => void, ms?: number): number;
declare function clearTimeout(timer: number | undefined): void;
