import { runInNewContext } from "node:vm";
import { build } from "vite";
import { expect, test } from "vitest";
import { clientId } from "../src/ids.ts";
import type { Room } from "../src/live/index.ts";
import { FakeServer, Page } from "./fakes.ts";

type Live = { Room: typeof Room };

/** The folder `live` as one script, run where there is the language and a clock, and nothing else. */
async function inABareWorld(): Promise<Live> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2022", lib: { entry: "src/live/index.ts", formats: ["iife"], name: "live" } },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (!bundle || !("output" in bundle)) throw new Error("nothing was built");
  const { code } = bundle.output[0];
  expect(code.length).toBeLessThan(40_000);
  return runInNewContext(`${code}; live`, { setTimeout, clearTimeout }) as Live;
}

test("the live room works where there is no page, no Node and no network", async () => {
  const { Room } = await inABareWorld();
  const server = new FakeServer();
  const page = new Page();
  const room = new Room(server, "c1", page, { store: null, newId: clientId });
  room.open();
  room.send("为什么？");
  await expect.poll(() => page.texts).toEqual(["为什么？", ""]);
  const answer = server.messages()[1]!;
  server.write(answer, "因为");
  server.write(answer, " $x", { lost: true });
  server.write(answer, "=1$。");
  await expect.poll(() => page.texts[1]).toBe("因为 $x=1$。");
  server.finish(answer);
  expect(page.shown).toEqual(server.messages());
  room.close();
});
