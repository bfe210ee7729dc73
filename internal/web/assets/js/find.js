// Fields that look for instruments: what is like what was typed is offered while typing.
let wait;

export function startFind() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.find) return;
    clearTimeout(wait);
    wait = setTimeout(() => suggest(field), 150);
  });
}

// found asks the server; nothing where it does not answer.
export async function found(source, typed, quotes) {
  if (typed.trim().length < 2) return [];
  const answer = await fetch(source + "?q=" + encodeURIComponent(typed) + (quotes ? "&quotes=1" : ""), { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : [];
}

async function suggest(field) {
  const typed = field.value;
  const all = await found(field.dataset.find, typed);
  if (field.value !== typed || !field.list) return;
  field.list.replaceChildren(...all.map((one) => Object.assign(document.createElement("option"), { value: one.symbol, label: [one.name, one.note].filter(Boolean).join(" · ") })));
}
