// The command palette: the server's list in a dialog, filtered while typing. What is stored
// besides is looked for on the server, which forgives typing errors.
import { found } from "./find.js";

let dialog;
let loaded = false;
let wait;

export function startPalette() {
  dialog = document.getElementById("palette");
  document.addEventListener("click", (event) => {
    if (!dialog || event.ctrlKey || event.metaKey || !event.target.closest("[data-open-palette]")) return;
    event.preventDefault();
    openPalette();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-palette-input]")) return;
    filter(event.target);
    clearTimeout(wait);
    wait = setTimeout(() => offer(event.target), 150);
  });
  document.addEventListener("keydown", move);
  dialog?.addEventListener("click", (event) => event.target === dialog && dialog.close());
  for (const key of document.querySelectorAll("[data-modkey]")) {
    if (navigator.platform.startsWith("Mac")) key.textContent = "⌘ K";
  }
  const input = document.querySelector("[data-palette-input]");
  if (input?.value) filter(input);
}

export async function openPalette() {
  if (!dialog) return;
  if (!loaded) {
    const answer = await fetch(dialog.dataset.src, { headers: { "X-Fragment": "palette" } });
    if (!answer.ok) return location.assign(dialog.dataset.src);
    dialog.innerHTML = await answer.text();
    loaded = true;
  }
  if (!dialog.open) dialog.showModal();
  const input = dialog.querySelector("[data-palette-input]");
  input.value = "";
  filter(input);
  input.focus();
}

const rootOf = (element) => element.closest("dialog, main");
const shown = (root) => [...root.querySelectorAll("[data-palette-list] a")].filter((link) => !link.hidden);

// filter keeps what contains every word typed; what begins with it comes first.
function filter(input) {
  const root = rootOf(input);
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of root.querySelectorAll("[data-palette-list] section")) {
    let any = false;
    const links = [...section.querySelectorAll("a")];
    for (const link of links) {
      const text = link.dataset.search.toLowerCase();
      link.hidden = !words.every((word) => text.includes(word));
      any ||= !link.hidden;
    }
    if (words.length > 0) {
      const rank = (link) => (link.dataset.search.toLowerCase().startsWith(words[0]) ? 0 : 1);
      section.append(...links.sort((a, b) => rank(a) - rank(b)));
    }
    section.hidden = !any;
  }
  const links = shown(root);
  root.querySelector("[data-palette-none]").hidden = links.length > 0;
  mark(root, links[0]);
}

// offer puts instruments that are like what was typed before the rest.
async function offer(input) {
  const root = rootOf(input);
  const typed = input.value;
  const source = (dialog?.dataset.src ?? location.pathname).replace(/\/go$/, "/find");
  const all = await found(source, typed, true);
  if (input.value !== typed) return;
  const list = root.querySelector("[data-palette-list]");
  list.querySelector("[data-found]")?.remove();
  if (all.length === 0) return filter(input);
  const section = document.createElement("section");
  section.dataset.found = "";
  section.append(Object.assign(document.createElement("h3"), { textContent: "Found" }));
  for (const one of all) {
    const link = Object.assign(document.createElement("a"), { href: one.href });
    link.dataset.search = typed;
    const part = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
    const end = part("end", (one.price ?? "") + " ");
    end.append(part(one.tone ?? "", one.change ?? ""));
    link.append(part("icon", ""), part("sym", one.symbol), part("note", one.name || one.note), end);
    section.append(link);
  }
  list.prepend(section);
  filter(input);
}

function mark(root, link) {
  for (const other of root.querySelectorAll("[data-active]")) other.removeAttribute("data-active");
  link?.setAttribute("data-active", "");
  link?.scrollIntoView({ block: "nearest" });
}

function move(event) {
  if (!event.target.matches?.("[data-palette-input]")) return;
  const root = rootOf(event.target);
  const links = shown(root);
  const at = links.findIndex((link) => link.hasAttribute("data-active"));
  if (event.key === "ArrowDown") mark(root, links[Math.min(links.length - 1, at + 1)]);
  else if (event.key === "ArrowUp") mark(root, links[Math.max(0, at - 1)]);
  else if (event.key === "Enter" && links[at]) location.assign(links[at].href);
  else return;
  event.preventDefault();
}
