// Drawing: the picture as it was taken, and the picture as it will be sent.

/** The longest side of what is sent, in pixels. Enough to read a date from. */
const LONGEST = 2400;

/** Reads a file into a picture, upright. */
export async function read(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" });
}

/** Draws `picture` on `canvas`, shrunk if it is larger than needed. */
export function draw(canvas, picture) {
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  // A transparent picture must not come out half black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
}

/** Copies onto `target` what lies within `boxes` on `source`. All else is black, not dimmed. */
export function cover(target, source, boxes) {
  target.width = source.width;
  target.height = source.height;
  const context = target.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, target.width, target.height);
  for (const { x, y, w, h } of boxes) {
    context.drawImage(source, x, y, w, h, x, y, w, h);
  }
}

/** Whether all but `boxes` is black, as the browser itself gives it out. Some browsers disturb what is read. */
export function isCovered(canvas, boxes) {
  const { width, height } = canvas;
  const rest = document.createElement("canvas");
  rest.width = width;
  rest.height = height;
  const context = rest.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  context.fillStyle = "#000";
  for (const { x, y, w, h } of boxes) context.fillRect(x, y, w, h);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const black = new Uint32Array(new Uint8Array([0, 0, 0, 255]).buffer)[0];
  const covered = pixels.every((pixel) => pixel === black);
  wipe(rest);
  return covered;
}

/** The canvas as a file without loss, so that black stays black. */
export function file(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/png");
  });
}

/** Gives the pixels of a canvas back: a canvas without a size has none. */
export function wipe(canvas) {
  canvas.width = 0;
  canvas.height = 0;
}
