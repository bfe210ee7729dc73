// Small switches that a form would do as well: theme, privacy, the toast.
export function startSwitches(redraw) {
  const root = document.documentElement;

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-privacy]")) return;
    event.preventDefault();
    const hidden = root.toggleAttribute("data-private");
    const button = event.target.querySelector("button");
    button.setAttribute("aria-pressed", String(hidden));
    post(event.target);
    redraw();
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form) return;
    root.dataset.theme = new FormData(form).get("theme");
    post(form);
    redraw();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  toast();
}

function post(form) {
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Fragment": "none" } });
}

// A toast goes after eight seconds, unless someone is at it.
function toast() {
  const element = document.querySelector("[data-toast]");
  if (!element) return;
  const text = element.firstElementChild?.nextElementSibling;
  if (text) text.textContent = `${text.textContent}`; // the region speaks once it changes
  let timer;
  const leave = () => (timer = setTimeout(() => element.remove(), 8000));
  const stay = () => clearTimeout(timer);
  for (const kind of ["pointerenter", "focusin"]) element.addEventListener(kind, stay);
  for (const kind of ["pointerleave", "focusout"]) element.addEventListener(kind, leave);
  leave();
}
