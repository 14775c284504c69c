// The picture page: choose, frame, see what will be sent, send. What lies outside the boxes never leaves the browser.

import { Boxes } from "./boxes.js";
import { cover, draw, file, read } from "./paint.js";

const at = (id) => document.getElementById(id);
const form = at("form");
const steps = ["choose", "adjust", "confirm"];
const canvas = at("canvas");
const preview = at("preview");
const spans = at("labels").content.querySelectorAll("[data-what]");
const labels = Object.fromEntries(Array.from(spans, (span) => [span.dataset.what, span.textContent]));
const boxes = new Boxes(at("stage"), canvas, at("shade"), labels);

function go(step) {
  for (const name of steps) at(name).hidden = name !== step;
  at(`${step}-title`).focus?.();
  window.scrollTo(0, 0);
}

function complain(text) {
  at("advice").textContent = text;
  at("error").hidden = false;
  at("error").focus();
}

function calm() {
  at("error").hidden = true;
  at("advice").textContent = "";
}

async function chosen(event) {
  const [picture] = event.target.files;
  // The same file may be chosen again after it was turned away.
  event.target.value = "";
  if (!picture) return;
  calm();
  try {
    const bitmap = await read(picture);
    draw(canvas, bitmap);
    bitmap.close();
    go("adjust");
    boxes.propose(JSON.parse(form.dataset.layout));
  } catch {
    complain(form.dataset.unread);
  }
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
  at("send").disabled = true;
  at("sending").hidden = false;
  try {
    const body = new FormData();
    body.append("boxes", JSON.stringify(boxes.pixels()));
    body.append("picture", await file(preview), "picture.png");
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (answer.ok) {
      location.replace(told.next);
      return;
    }
    go(again(told.code));
    complain(told.detail);
  } catch {
    complain(form.dataset.lost);
  }
  at("send").disabled = false;
  at("sending").hidden = true;
}

// Without this script the page is a plain form: one visible file input and a button.
document.body.classList.add("scripting");
document.querySelector(".scripted").hidden = false;

at("camera").addEventListener("change", chosen);
at("picture").addEventListener("change", chosen);
at("next").addEventListener("click", show);
at("send").addEventListener("click", send);
at("back").addEventListener("click", () => go("adjust"));
at("other").addEventListener("click", () => go("choose"));
at("add").addEventListener("click", () => boxes.add("more").element.focus());
at("remove").addEventListener("click", () => boxes.remove(boxes.chosen));
