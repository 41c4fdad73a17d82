// Elements with data-live="url" (empty: this page) and an id stay fresh: the address is asked every five seconds with the
// ETag of the last answer; what changed is put in place, focus stays where it was, and data-live-message is announced
// politely. The answer may be a whole page (then the element of the same id is taken from it) or just the new content.

const PERIOD_MS = 5000;

for (const region of document.querySelectorAll("[data-live]")) watch(region);

function watch(region) {
  const state = { etag: null, stopped: false, touched: false, busy: false };
  region.addEventListener("input", () => { state.touched = true; });

  async function look() {
    if (document.hidden || state.stopped || state.busy) return;
    state.busy = true;
    try {
      await poll(region, state);
    } catch (error) {
      // Away for a moment: the next look is the retry.
      if (!(error instanceof TypeError)) throw error;
    } finally {
      state.busy = false;
    }
  }

  setInterval(look, PERIOD_MS);
  document.addEventListener("visibilitychange", look);
}

async function poll(region, state) {
  const address = new URL(region.dataset.live, window.location.href);
  const headers = { "X-Splot-Poll": "1", Accept: "text/html" };
  if (state.etag) headers["If-None-Match"] = state.etag;
  const response = await fetch(address, { headers, cache: "no-store", credentials: "same-origin" });
  if (response.status === 401 || new URL(response.url).pathname !== address.pathname) {
    state.stopped = true;
    if (!state.touched) window.location.reload();
    return;
  }
  if (response.status >= 400 && response.status < 500 && response.status !== 429) state.stopped = true;
  if (response.status !== 200 || inUse(region, state)) return;
  const fresh = parse(await response.text(), region.id);
  state.etag = response.headers.get("ETag");
  if (fresh.innerHTML !== region.innerHTML) replace(region, fresh);
}

// Nobody loses what she is typing or has opened: such a region waits, and asks again without the new ETag.
function inUse(region, state) {
  const field = region.querySelector("input:focus, select:focus, textarea:focus");
  return state.touched || field !== null || region.querySelector("details[open]") !== null;
}

function parse(text, id) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.getElementById(id) ?? page.body;
}

function replace(region, fresh) {
  const before = words(region);
  const find = rememberFocus(region);
  region.replaceChildren(...fresh.childNodes);
  find();
  region.dispatchEvent(new CustomEvent("splot:replaced", { bubbles: true }));
  const announcer = document.getElementById("announcer");
  // Only what a person would notice is announced, not a new hidden token.
  if (announcer && words(region) !== before) announce(announcer, region.dataset.liveMessage ?? "");
}

function announce(announcer, text) {
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 100);
}

function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

function rememberFocus(region) {
  const active = document.activeElement;
  if (!region.contains(active) || active === region) return () => {};
  const { id, tagName } = active;
  const target = targetOf(active);
  return () => {
    const same = id ? document.getElementById(id)
      : [...region.querySelectorAll(tagName)].find((element) => targetOf(element) === target);
    if (!same) region.setAttribute("tabindex", "-1");
    (same ?? region).focus({ preventScroll: true });
  };
}

function targetOf(element) {
  return `${element.getAttribute("href") ?? element.form?.action ?? ""} ${words(element)}`;
}
