/** The text of a file that a spreadsheet wrote, in whichever encoding. Used by enrolling.ts. */

/** Spreadsheets in Chinese write UTF-8 or GBK, and UTF-16 as "Unicode text". */
export function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
