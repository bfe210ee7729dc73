// Bringing in market data: the part of the page that says how far it is, is read again
// when the server tells of new data, and now and then while it works.
const again = 1000;
let stream;
let timer;
let reading = false;

watch();

function watch() {
  const part = document.querySelector("[data-fetch][data-running]");
  if (!part) {
    clearInterval(timer);
    stream?.close();
    timer = stream = undefined;
    return;
  }
  timer ??= setInterval(() => read(), again);
  if (stream || !window.EventSource) return;
  stream = new EventSource("/api/v1/events");
  stream.addEventListener("market", () => read());
}

async function read() {
  const part = document.querySelector("[data-fetch]");
  if (reading || !part) return;
  reading = true;
  try {
    const answer = await fetch(part.dataset.fetch, { headers: { "X-Fragment": "fetch" } });
    if (answer.status === 401) location.reload();
    if (answer.ok && !answer.redirected) show(part, await answer.text());
  } catch {
    // The server is away: the next look finds it again.
  } finally {
    reading = false;
  }
  watch();
}

// show puts the new part in its place. Who waited for it on its own page goes on to the
// figures when all of it came.
function show(part, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const next = holder.content.querySelector("[data-fetch]");
  if (!next) return;
  const focused = part.contains(document.activeElement);
  part.replaceWith(next);
  if (focused) next.querySelector("button, a")?.focus();
  const page = document.querySelector("[data-fetch-page]");
  if (page && "running" in part.dataset && !("running" in next.dataset) && "whole" in next.dataset) location.assign(page.dataset.fetchPage);
}
