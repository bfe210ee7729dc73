// Places popovers beside the button that opened them where the browser cannot
// do it from the style sheet, and wires "Copy with source". How a figure is made is
// fetched when it is asked for, and shown in one popover for the whole page; without
// script the same address is a page.
export function startPopovers() {
  startHow();
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
function showCopy(root) {
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

let popover;
let asked = 0;

// startHow opens how a figure is made.
function startHow() {
  document.addEventListener("click", (event) => {
    const asker = event.target.closest?.("[data-how]");
    if (!asker || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (popover?.asker === asker && popover.matches(":popover-open")) return void popover.hidePopover();
    show(asker);
  });
}

async function show(asker) {
  const address = asker.dataset.how || asker.href;
  const mine = ++asked;
  const slow = setTimeout(() => open(asker, waiting()), 300);
  try {
    const answer = await fetch(address, { headers: { "X-Fragment": "how" } });
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.redirected || !type.startsWith("text/html") || (!answer.ok && answer.status !== 404)) throw new Error(String(answer.status));
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    if (mine === asked) open(asker, holder.content);
  } catch {
    if (mine === asked) location.assign(address);
  } finally {
    clearTimeout(slow);
  }
}

function waiting() {
  const text = document.createElement("p");
  text.className = "explain-body note";
  text.textContent = "Looking up how this is made …";
  return text;
}

// open puts an explanation beside the figure that was asked. The figure is the anchor by
// name, as a popover without a button of its own has none.
function open(asker, content) {
  if (!asker.isConnected) return;
  if (!popover) {
    popover = document.createElement("div");
    popover.className = "explain";
    popover.id = "how";
    popover.popover = "auto";
    popover.setAttribute("role", "dialog");
    popover.style.positionAnchor = "--asked";
    popover.addEventListener("toggle", (event) => event.newState === "closed" && leave());
    document.body.append(popover);
  }
  if (popover.asker !== asker) popover.hidePopover();
  popover.replaceChildren(content, closing());
  popover.setAttribute("aria-label", asker.getAttribute("aria-label") ?? "How this figure is made");
  showCopy(popover);
  popover.asker = asker;
  asker.style.anchorName = "--asked";
  if (!popover.matches(":popover-open")) popover.showPopover();
  popover.querySelector(".explain-close").focus({ preventScroll: true });
}

function closing() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "explain-close";
  button.setAttribute("aria-label", "Close");
  button.textContent = "×";
  button.addEventListener("click", () => popover.hidePopover());
  return button;
}

function leave() {
  if (popover.matches(":popover-open") || !popover.asker) return;
  popover.asker.style.anchorName = "";
  if (popover.contains(document.activeElement) || document.activeElement === document.body) popover.asker.focus?.({ preventScroll: true });
  popover.asker = undefined;
}
