// Places popovers beside the button that opened them where the browser cannot
// do it from the style sheet, and wires "Copy with source".
export function startPopovers() {
  if (!CSS.supports("position-area", "bottom span-right")) {
    document.addEventListener("toggle", place, true);
  }
  showCopy(document);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(`${button.dataset.copy.trim()} (${location.href})`);
    button.textContent = "Copied";
  });
}

// showCopy offers to copy where that can be done.
export function showCopy(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
}

function place(event) {
  const popover = event.target;
  if (!(popover instanceof HTMLElement) || !popover.hasAttribute("popover") || event.newState !== "open") return;
  const button = popover.asker ?? document.querySelector(`[popovertarget="${CSS.escape(popover.id)}"]`);
  if (!button || innerWidth < 760) return;
  const at = button.getBoundingClientRect();
  const box = popover.getBoundingClientRect();
  popover.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
  popover.style.top = `${at.bottom + box.height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - box.height - 8)}px`;
}
