/** Rosters in the encodings that spreadsheets write. */
import { expect, test } from "vitest";
import { textOf } from "../src/filetext.ts";

const NAMES = "学号\t姓名\nming\t小明";

test("UTF-8 is read, with its mark and without", () => {
  const bytes = new TextEncoder().encode(NAMES);
  expect(textOf(bytes)).toBe(NAMES);
  expect(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes))).toBe(NAMES);
});

test("GBK is read", () => {
  expect(textOf(Uint8Array.of(0xd0, 0xd5, 0xc3, 0xfb, 0x0a, 0xd0, 0xa1, 0xc3, 0xf7))).toBe("姓名\n小明");
});

test("the Unicode text of a spreadsheet is read", () => {
  const units = Uint16Array.from(`\ufeff${NAMES}`, (letter) => letter.charCodeAt(0));
  expect(textOf(new Uint8Array(units.buffer))).toBe(NAMES);
});
