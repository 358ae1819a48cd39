/** Which part of a page is worth showing, and where boxes lie in it; all in shares of width and height. Without a DOM.
 *  Used by figures.ts. */
import type { PlaceView } from "./protocol.ts";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** So much of the page is shown around what is looked at, */
const MARGIN = 0.04;
/** and at least so much in each direction, so that one sees where it is. */
const LEAST = 0.3;
export const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 };

/** The part of the page around these places: all of its width, since lines are read to their end. */
export function cropAround(places: readonly Box[]): Box {
  if (places.length === 0) return WHOLE;
  const top = Math.min(...places.map((place) => place.top));
  const bottom = Math.max(...places.map((place) => place.top + place.height));
  const missing = Math.max(0, LEAST - (bottom - top)) / 2;
  const from = clamp(top - Math.max(MARGIN, missing));
  const to = clamp(bottom + Math.max(MARGIN, missing));
  return { left: 0, top: from, width: 1, height: to - from };
}

/** Where a box of the page lies in a part of it. */
export function within(box: Box, part: Box): Box {
  return {
    left: (box.left - part.left) / part.width,
    top: (box.top - part.top) / part.height,
    width: box.width / part.width,
    height: box.height / part.height,
  };
}

/** The places by the picture in which they are: "file:page". */
export function byPicture(places: readonly PlaceView[]): Map<string, PlaceView[]> {
  const found = new Map<string, PlaceView[]>();
  for (const place of places) {
    const key = `${place.file_id}:${place.page}`;
    found.set(key, [...(found.get(key) ?? []), place]);
  }
  return found;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
