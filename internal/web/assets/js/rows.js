// Rows that open: the detail is fetched once and put under its row; groups
// fold in place. Arrows move between rows, as in a list. Without script the
// same links load the page with the row open.
export function startRows() {
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const toggle = event.target.closest("[data-toggle-row]");
    if (toggle) {
      event.preventDefault();
      return void toggleRow(toggle);
    }
    const group = event.target.closest("[data-toggle-group]");
    if (group && group.closest("tbody").querySelector("[data-row]")) {
      event.preventDefault();
      fold(group);
    }
  });
  document.addEventListener("keydown", (event) => {
    const toggle = event.target.closest?.("[data-toggle-row]");
    if (!toggle || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const all = [...toggle.closest("table").querySelectorAll("[data-toggle-row]")].filter((t) => t.offsetParent);
    const to = all[all.indexOf(toggle) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
}

async function toggleRow(toggle) {
  const row = toggle.closest("tr");
  const detail = row.nextElementSibling?.classList.contains("detail") ? row.nextElementSibling : null;
  const open = toggle.getAttribute("aria-expanded") !== "true";
  toggle.setAttribute("aria-expanded", String(open));
  row.toggleAttribute("data-open", open);
  if (detail) {
    detail.hidden = !open;
    return;
  }
  if (!open) return;
  const answer = await fetch(toggle.href, { headers: { "X-Fragment": "row" } });
  if (!answer.ok || answer.redirected) return location.assign(toggle.href);
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  if (toggle.getAttribute("aria-expanded") === "true") row.after(holder.content);
}

function fold(group) {
  const open = group.getAttribute("aria-expanded") !== "true";
  group.setAttribute("aria-expanded", String(open));
  for (const row of group.closest("tbody").querySelectorAll("tr:not(.group)")) {
    const closedDetail = row.classList.contains("detail") && !row.previousElementSibling.hasAttribute("data-open");
    row.hidden = !open || closedDetail;
  }
}
