// Boxes over the picture: what lies within them may be seen. Moved by finger, mouse or keyboard.

import { fitted } from "./camera.js";

/** The smallest side of a box, in thousandths of the picture. */
const SMALLEST = 20;
/** One step of an arrow key, in thousandths. */
const STEP = 5;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The boxes on one stage. Places are in thousandths of the picture's width and height. */
export class Boxes {
  /** `canvas` shows the picture, `shade` lies over it and darkens what will be black; `told` says aloud where a box is. */
  constructor(stage, canvas, shade, labels, told) {
    this.stage = stage;
    this.canvas = canvas;
    this.shade = shade;
    this.labels = labels;
    this.told = told;
    this.all = [];
    this.chosen = null;
  }

  /** Takes all boxes away. */
  clear() {
    for (const box of this.all) box.element.remove();
    this.all = [];
    this.choose(undefined);
    this.told.textContent = "";
  }

  /** Takes all boxes away and puts the proposed ones down, where a document that fills the picture has them. */
  propose(layout) {
    this.clear();
    const { width, height } = this.canvas;
    const card = fitted(width, height, layout.ratio / 1000);
    for (const proposal of layout.boxes) {
      this.add(proposal.what, {
        x: (1000 * (card.x + (proposal.x * card.w) / 1000)) / width,
        y: (1000 * (card.y + (proposal.y * card.h) / 1000)) / height,
        w: (proposal.w * card.w) / width,
        h: (proposal.h * card.h) / height,
      });
    }
    this.choose(this.all[0]);
  }

  /** Puts a box down. */
  add(what, place = { x: 350, y: 450, w: 300, h: 100 }) {
    const element = document.createElement("div");
    element.className = "box";
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", this.labels[what]);
    element.setAttribute("aria-describedby", "how");
    const grip = document.createElement("span");
    grip.className = "grip";
    element.append(grip);
    const box = { what, place: { ...place }, element };
    this.all.push(box);
    this.listen(box, element, this.move);
    this.listen(box, grip, this.resize);
    element.addEventListener("focus", () => this.choose(box));
    element.addEventListener("keydown", (event) => this.key(box, event));
    this.stage.append(element);
    this.show(box);
    return box;
  }

  /** Takes a box away. */
  remove(box) {
    if (!box) return;
    box.element.remove();
    this.all = this.all.filter((other) => other !== box);
    this.darken();
    this.choose(this.all[this.all.length - 1]);
    this.chosen?.element.focus();
  }

  choose(box) {
    this.chosen = box ?? null;
    this.all.forEach((other, index) => {
      other.element.classList.toggle("chosen", other === box);
      other.element.dataset.number = String(index + 1);
    });
  }

  /** Follows a finger or the mouse on `target`. */
  listen(box, target, change) {
    target.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      box.element.focus();
      target.setPointerCapture(event.pointerId);
      const from = { x: event.clientX, y: event.clientY, place: { ...box.place } };
      const frame = this.stage.getBoundingClientRect();
      const follow = (moved) => {
        const dx = (1000 * (moved.clientX - from.x)) / frame.width;
        const dy = (1000 * (moved.clientY - from.y)) / frame.height;
        box.place = change.call(this, from.place, dx, dy);
        this.show(box);
      };
      target.addEventListener("pointermove", follow);
      target.addEventListener("lostpointercapture", () => target.removeEventListener("pointermove", follow), { once: true });
    });
  }

  key(box, event) {
    const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(box);
    } else if (steps[event.key]) {
      event.preventDefault();
      const [dx, dy] = steps[event.key];
      box.place = event.shiftKey ? this.resize(box.place, dx, dy) : this.move(box.place, dx, dy);
      this.show(box);
      this.tell(box);
    }
  }

  /** Says where a box is, in hundredths of the picture, for whoever can't see it move. */
  tell({ what, place }) {
    const part = (value) => Math.round(value / 10);
    this.told.textContent = this.told.dataset.words
      .replace("{what}", this.labels[what])
      .replace("{x}", part(place.x))
      .replace("{y}", part(place.y))
      .replace("{w}", part(place.w))
      .replace("{h}", part(place.h));
  }

  move(place, dx, dy) {
    return { ...place, x: clamp(place.x + dx, 0, 1000 - place.w), y: clamp(place.y + dy, 0, 1000 - place.h) };
  }

  resize(place, dx, dy) {
    return {
      ...place,
      w: clamp(place.w + dx, SMALLEST, 1000 - place.x),
      h: clamp(place.h + dy, SMALLEST, 1000 - place.y),
    };
  }

  show({ place, element }) {
    // Set one by one on the style object: a style attribute would be against the page's own policy.
    element.style.left = `${place.x / 10}%`;
    element.style.top = `${place.y / 10}%`;
    element.style.width = `${place.w / 10}%`;
    element.style.height = `${place.h / 10}%`;
    this.darken();
  }

  /** Darkens all but the boxes. A small canvas does: it is a hint here, not what is sent. */
  darken() {
    const { shade } = this;
    shade.width = 500;
    shade.height = 500;
    const context = shade.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, 500, 500);
    for (const { place } of this.all) context.clearRect(place.x / 2, place.y / 2, place.w / 2, place.h / 2);
  }

  /** The boxes in whole pixels of the canvas. */
  pixels() {
    const { width, height } = this.canvas;
    return this.all.map(({ place }) => {
      const x = Math.round((place.x * width) / 1000);
      const y = Math.round((place.y * height) / 1000);
      return {
        x,
        y,
        w: Math.min(Math.round((place.w * width) / 1000), width - x),
        h: Math.min(Math.round((place.h * height) / 1000), height - y),
      };
    });
  }
}
