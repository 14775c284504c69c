// The camera within the page. What it sees goes onto a canvas and nowhere else: not into a file, not among the
// telephone's own pictures. A frame of the document's shape is shown; what lies outside is not even drawn.

/** What a document takes of the picture, as where the boxes are proposed. */
const FILLS = 0.96;

/** Where a document of this shape lies on a picture. */
export function fitted(width, height, ratio) {
  const w = Math.min(width * FILLS, height * FILLS * ratio);
  const h = w / ratio;
  return { x: (width - w) / 2, y: (height - h) / 2, w, h };
}

/** Whether this browser lets a page ask for a camera at all. */
export const known = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** A camera that shows itself on `video`, with `guide` lying over it. */
export class Camera {
  constructor(video, guide) {
    this.video = video;
    this.guide = guide;
    this.stream = null;
  }

  /** Asks for the camera that looks away from the person, and shows it with a frame of `ratio`. */
  async start(ratio) {
    this.stop();
    this.ratio = ratio;
    const video = { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1440 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.frame();
  }

  /** Lays the frame over the picture. Some cameras turn with the telephone: then it is laid anew. */
  frame() {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth || !videoHeight) return;
    const place = fitted(videoWidth, videoHeight, this.ratio);
    this.guide.style.left = `${(100 * place.x) / videoWidth}%`;
    this.guide.style.top = `${(100 * place.y) / videoHeight}%`;
    this.guide.style.width = `${(100 * place.w) / videoWidth}%`;
    this.guide.style.height = `${(100 * place.h) / videoHeight}%`;
  }

  /** Draws on `canvas` what lies in the frame, with a narrow edge around it. */
  shoot(canvas) {
    const { videoWidth, videoHeight } = this.video;
    const place = fitted(videoWidth, videoHeight, this.ratio);
    const width = Math.min(videoWidth, Math.round(place.w / FILLS));
    const height = Math.min(videoHeight, Math.round(place.h / FILLS));
    canvas.width = width;
    canvas.height = height;
    const [x, y] = [Math.round((videoWidth - width) / 2), Math.round((videoHeight - height) / 2)];
    canvas.getContext("2d").drawImage(this.video, x, y, width, height, 0, 0, width, height);
  }

  /** Switches it off. */
  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }
}
