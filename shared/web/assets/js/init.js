// Starts the govuk-frontend components, again inside every part of the page that live.js has replaced,
// and lets the language menu close the way people expect.

const { initAll } = await import(document.documentElement.dataset.govuk);

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

document.addEventListener("splot:replaced", (event) => initAll({ scope: event.target }));

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.splot-menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.splot-menu[open]");
  if (event.key !== "Escape" || !menu) return;
  const held = menu.contains(document.activeElement);
  menu.open = false;
  if (held) menu.querySelector("summary").focus();
});
