// The keyboard and the picture of a viewing. Without this script all buttons work.

// A digit goes to its answer and does not press it: what follows from an answer
// can't be undone, so one slipped finger must not be enough.
const answers = new Map([...document.querySelectorAll("button[data-key]")].map((button) => [button.dataset.key, button]));
const typing = (target) => target instanceof Element && target.closest("input, textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const answer = answers.get(event.key);
  if (!answer) return;
  event.preventDefault();
  answer.focus();
});
for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;

// A browser may keep a page it left, to show it when somebody goes back. It must not keep the picture.
addEventListener("pagehide", () => {
  for (const once of document.querySelectorAll("[data-once]")) once.remove();
});

for (const button of document.querySelectorAll("button[data-zoom]")) {
  const figure = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const large = figure.classList.toggle("large");
    button.setAttribute("aria-pressed", String(large));
  });
}
