// Exit this page: the button, or Shift three times. Ends the session and puts a neutral page in the place of this one
// in the browser's history. The stock component only sets location.href, so Back would return here; without
// JavaScript the button posts its form instead.

const PRESSES = 3;
const PATIENCE_MS = 5000;

const root = document.querySelector("[data-exit]");
if (root) start(root);

// A page that the browser kept in memory would be shown again by Back after leaving.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

function start(root) {
  const form = root.querySelector("form");
  const status = root.querySelector("[role=status]");
  const lights = showLights(form.querySelector("button"));
  let pressed = 0;
  let otherKey = false;
  let timer = 0;

  function say(count) {
    const texts = { 1: root.dataset.twoMore, 2: root.dataset.oneMore };
    status.textContent = texts[count] ?? "";
    lights(count);
  }

  function forget() {
    if (pressed) status.textContent = root.dataset.timedOut;
    pressed = 0;
    lights(0);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave(root, form);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") otherKey = true;
  }, true);

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    // Shift that made a capital letter is no signal.
    pressed = otherKey ? 0 : pressed + 1;
    otherKey = false;
    clearTimeout(timer);
    if (pressed >= PRESSES) return leave(root, form);
    say(pressed);
    timer = setTimeout(forget, PATIENCE_MS);
  }, true);
}

function showLights(button) {
  const box = document.createElement("div");
  box.className = "govuk-exit-this-page__indicator";
  box.setAttribute("aria-hidden", "true");
  for (let i = 0; i < PRESSES; i += 1) {
    const light = document.createElement("div");
    light.className = "govuk-exit-this-page__indicator-light";
    box.append(light);
  }
  button.append(box);
  return (count) => {
    box.classList.toggle("govuk-exit-this-page__indicator--visible", count > 0);
    [...box.children].forEach((light, index) => {
      light.classList.toggle("govuk-exit-this-page__indicator-light--on", index < count);
    });
  };
}

function leave(root, form) {
  document.body.classList.add("govuk-exit-this-page-hide-content");
  document.title = "";
  navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
  window.location.replace(root.dataset.exit);
}
