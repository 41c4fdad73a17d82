// After data-idle-seconds without a key, a touch or a movement the page signs out by itself, in every tab at once.
// A minute before that it says so, and any key or touch keeps the page open. Polling is not activity.

const SECOND = 1000;
const CHECK_MS = 1000;
const LONGEST_WARNING_MS = 60 * SECOND;

const limit = Number(document.body.dataset.idleSeconds ?? 0) * SECOND;
const form = document.getElementById("sign-out");
if (limit > 0 && form) start(form);

function start(form) {
  const warning = document.getElementById("idle-warning");
  const notice = Math.min(LONGEST_WARNING_MS, limit / 3);
  const tabs = new BroadcastChannel("splot-activity");
  let last = Date.now();
  let told = 0;

  tabs.addEventListener("message", () => { last = Date.now(); });

  function active() {
    last = Date.now();
    if (last - told < CHECK_MS) return;
    told = last;
    tabs.postMessage("active");
  }

  function check() {
    const idle = Date.now() - last;
    if (idle >= limit) {
      clearInterval(timer);
      form.submit();
      return;
    }
    const near = idle >= limit - notice;
    if (warning.hidden === near) show(warning, near);
  }

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    document.addEventListener(kind, active, { passive: true, capture: true });
  }
  // A laptop that slept must not show the page for another second.
  document.addEventListener("visibilitychange", check);
  const timer = setInterval(check, CHECK_MS);
}

// Text that appears in a live region is read out; text that merely becomes visible is not.
function show(warning, near) {
  warning.hidden = !near;
  warning.textContent = near ? warning.dataset.text : "";
}
