// Keys: g then a letter goes to a page, n adds, p hides amounts, / and Ctrl-K
// search, ? lists the keys. They rest while one types.
import { openPalette } from "./palette.js";

let going = 0;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return void openPalette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (Date.now() - going < 1500) {
      going = 0;
      return void follow(event, `g ${event.key}`);
    }
    if (event.key === "g") return void (going = Date.now());
    if (event.key === "/") {
      event.preventDefault();
      return void openPalette();
    }
    if (event.key === "?") return void location.assign("/settings/appearance#keys");
    if (event.key === "p") return void document.querySelector("[data-privacy]")?.requestSubmit();
    if (event.key === "n") follow(event, "n");
  });
}

function follow(event, key) {
  const link = document.querySelector(`a[data-key="${CSS.escape(key)}"]`);
  if (!link) return;
  event.preventDefault();
  location.assign(link.href);
}

function typing(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "radio");
}
