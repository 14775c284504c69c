// The picture page: take or choose, frame, see what will be sent, send. What lies outside the boxes never leaves the
// browser, and what lies in memory goes with the page.

import { Boxes } from "./boxes.js";
import { Camera, known } from "./camera.js";
import { cover, draw, file, isCovered, read, wipe } from "./paint.js";

const at = (id) => document.getElementById(id);
const form = at("form");
const layout = JSON.parse(form.dataset.layout);
const steps = ["choose", "shoot", "adjust", "confirm"];
const canvas = at("canvas");
const preview = at("preview");
const spans = at("labels").content.querySelectorAll("[data-what]");
const labels = Object.fromEntries(Array.from(spans, (span) => [span.dataset.what, span.textContent]));
const boxes = new Boxes(at("stage"), canvas, at("shade"), labels, at("place"));
const camera = new Camera(at("video"), at("guide"));

function go(step) {
  for (const name of steps) at(name).hidden = name !== step;
  at(`${step}-title`).focus?.();
  window.scrollTo(0, 0);
}

/** Says what went wrong, and of what was sent and turned away that nothing was kept. */
function complain(text, sent = false) {
  at("advice").textContent = text;
  at("kept").hidden = !sent;
  at("error").hidden = false;
  at("error").focus();
}

function calm() {
  at("error").hidden = true;
  at("advice").textContent = "";
}

/** Nothing of a picture is left in this page. */
function forget() {
  camera.stop();
  boxes.clear();
  for (const each of [canvas, preview, at("shade")]) wipe(each);
}

function start() {
  forget();
  go("choose");
}

/** A new picture lies on the canvas: on to its boxes. */
function taken() {
  go("adjust");
  boxes.propose(layout);
}

async function chosen(event) {
  const [picture] = event.target.files;
  // The same file may be chosen again after it was turned away, and a page that is restored finds none.
  event.target.value = "";
  if (!picture) return;
  calm();
  try {
    const bitmap = await read(picture);
    draw(canvas, bitmap);
    bitmap.close();
    taken();
  } catch {
    complain(form.dataset.unread);
  }
}

/** The page's own camera; where there is none or it is refused, the telephone's. */
async function look() {
  calm();
  if (!known()) {
    at("own").click();
    return;
  }
  try {
    at("shutter").disabled = true;
    go("shoot");
    await camera.start(layout.ratio / 1000);
    at("shutter").disabled = false;
    // Whoever cancelled while the browser was still asking wants no camera any more.
    if (at("shoot").hidden) camera.stop();
  } catch {
    start();
    at("own-pick").hidden = false;
    complain(form.dataset.blind);
  }
}

function shoot() {
  camera.shoot(canvas);
  camera.stop();
  taken();
}

function show() {
  if (boxes.all.length === 0) {
    complain(form.dataset.unboxed);
    return;
  }
  calm();
  cover(preview, canvas, boxes.pixels());
  go("confirm");
}

/** Where to try again: the boxes, the same picture once more, or another picture. */
function again(code) {
  if (code.includes("boxes")) return "adjust";
  return ["busy", "unavailable", "locked", "bad_form"].includes(code) ? "confirm" : "choose";
}

async function send() {
  calm();
  const chosen = boxes.pixels();
  if (!isCovered(preview, chosen)) {
    complain(form.dataset.open);
    return;
  }
  at("send").disabled = true;
  at("sending").hidden = false;
  try {
    const body = new FormData();
    body.append("boxes", JSON.stringify(chosen));
    body.append("picture", await file(preview), "picture.png");
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (answer.ok) {
      forget();
      location.replace(told.next);
      return;
    }
    const step = again(told.code);
    if (step === "choose") start();
    else go(step);
    complain(told.detail, true);
  } catch {
    complain(form.dataset.lost);
  } finally {
    at("send").disabled = false;
    at("sending").hidden = true;
  }
}

// Without this script the page is a plain form: one visible file input and a button.
document.body.classList.add("scripting");
for (const part of document.querySelectorAll(".scripted")) part.hidden = false;

at("look").addEventListener("click", look);
at("own").addEventListener("change", chosen);
at("picture").addEventListener("change", chosen);
at("video").addEventListener("resize", () => camera.frame());
at("shutter").addEventListener("click", shoot);
at("stop").addEventListener("click", start);
at("next").addEventListener("click", show);
at("send").addEventListener("click", send);
at("back").addEventListener("click", () => go("adjust"));
at("other").addEventListener("click", start);
at("add").addEventListener("click", () => boxes.add("more").element.focus());
at("remove").addEventListener("click", () => boxes.remove(boxes.chosen));
// A page that is left, or that the browser lays aside for the back button, holds no picture; nor does a camera run on.
addEventListener("pagehide", start);
document.addEventListener("visibilitychange", () => {
  if (document.hidden && !at("shoot").hidden) start();
});
