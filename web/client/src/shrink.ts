/** Makes photos smaller on the phone before they go out: the server keeps no more than this, and on a bad network a
 *  megabyte can be sent again where ten could not. What the browser cannot read goes out as it is. */

/** A picture that is as large as the server keeps it has at most the area of a square of so many pixels, */
export const SIDE = 2_000;
/** and is at most so many times longer than that. */
const WIDEST = 4;
/** Smaller files are not worth it. */
const WORTH_IT = 1_000_000;
const QUALITY = 0.9;

/** Draws a photo upright in another size as a JPEG; null when it cannot be read here. */
export type Draw = (photo: Blob, fit: (width: number, height: number) => [number, number]) => Promise<Blob | null>;

/** The size that a picture is sent in. */
export function fitted(width: number, height: number): [number, number] {
  const scale = Math.min(1, SIDE / Math.sqrt(width * height), (WIDEST * SIDE) / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The photo made smaller, or the file itself when it is no photo, small enough, or would not get smaller. */
export async function shrunk(file: Blob, draw: Draw = onCanvas): Promise<Blob> {
  if (!file.type.startsWith("image/") || file.size < WORTH_IT) return file;
  const smaller = await draw(file, fitted);
  return smaller && smaller.size < file.size ? smaller : file;
}

async function onCanvas(photo: Blob, fit: (width: number, height: number) => [number, number]): Promise<Blob | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(photo, { imageOrientation: "from-image" });
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fit(picture.width, picture.height);
  const brush = canvas.getContext("2d");
  if (brush) {
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
  picture.close();
  return brush && new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
