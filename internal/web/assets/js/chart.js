// Charts: an element with data-src is filled with the option the server made.
// Crosshair, readout, event lines and end labels are drawn over it here, so
// that they can be read aloud, follow the theme and obey the privacy switch.
import { resolve } from "./colours.js";
import { drawCandles, drawLevels, drawMarks } from "./marks.js";
import { isPrivate, write, writeDay } from "./numbers.js";

const charts = new Map(); // element -> Chart
let library;

const load = () => (library ??= import(document.querySelector("meta[name=charts]").content));

// startCharts fills every chart of a root that is not filled yet, and forgets
// those that left the page.
export function startCharts(root) {
  for (const [element, chart] of charts) {
    if (!element.isConnected) {
      chart.dispose();
      charts.delete(element);
    }
  }
  for (const element of root.querySelectorAll(".chart[data-src]")) {
    if (charts.has(element)) continue;
    const chart = new Chart(element);
    charts.set(element, chart); // before anything is awaited
    chart.show(element.dataset.src);
  }
}

export function redrawCharts() {
  for (const chart of charts.values()) chart.draw();
}

class Chart {
  constructor(element) {
    this.element = element;
    this.plot = element.querySelector(".plot");
    this.at = -1;
    this.request = 0;
    this.overlay = [];
    element.addEventListener("pointermove", (event) => this.point(event));
    element.addEventListener("pointerleave", () => this.leave());
    element.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("blur", () => this.leave());
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(element);
    element.closest("[data-chart-card]")?.addEventListener("click", (event) => this.choose(event));
  }

  // show fetches and draws; a later request wins over an earlier one.
  async show(source) {
    const mine = ++this.request;
    try {
      const [charts, answer] = await Promise.all([load(), fetch(source, { headers: { Accept: "application/json" } })]);
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      if (mine !== this.request) return;
      this.data = data;
      this.element.querySelector(".chart-fail")?.remove();
      if (data.summary) this.element.setAttribute("aria-label", data.summary);
      this.chart ??= charts.init(this.plot, null, { renderer: "svg" });
      this.draw();
    } catch {
      if (mine !== this.request || this.data) return;
      const failed = document.createElement("p");
      failed.className = "chart-fail";
      failed.textContent = "The chart could not be loaded. Its figures stand under Table.";
      this.element.append(failed);
    }
  }

  // choose switches period or kind in place and keeps it in the address.
  choose(event) {
    const link = event.target.closest("a[data-source]");
    if (!link?.dataset.source || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    for (const other of link.parentElement.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    history.replaceState(history.state, "", link.href);
    this.leave();
    this.show(link.dataset.source);
    this.follow(link);
  }

  // follow lets the other choices of the card keep what was just chosen.
  follow(link) {
    const chosen = new URL(link.href).searchParams;
    const name = { Period: "period", Range: "range", "What the prices are": "view" }[link.parentElement.getAttribute("aria-label")] ?? "kind";
    for (const other of link.closest("[data-chart-card]").querySelectorAll("a[data-source]")) {
      if (other.parentElement === link.parentElement) continue;
      for (const property of ["href", "source"]) {
        const url = new URL(property === "href" ? other.href : other.dataset.source, location.href);
        if (chosen.has(name)) url.searchParams.set(name, chosen.get(name));
        if (property === "href") other.href = url.href;
        else other.dataset.source = url.pathname + url.search;
      }
    }
  }

  draw() {
    if (!this.chart || !this.data) return;
    const option = resolve(this.data.option);
    option.animation = false;
    const style = getComputedStyle(document.body);
    option.textStyle = { fontFamily: style.fontFamily, fontSize: 11 };
    this.axes(option);
    this.chart.setOption(option, { notMerge: true });
    this.decorate();
    if (this.data.candles) drawCandles(this);
    if (this.data.levels) drawLevels(this);
    if (this.data.marks) drawMarks(this);
  }

  // axes puts the server's words on the axes.
  axes(option) {
    const ticks = this.thinned();
    for (const axis of option.xAxis) {
      if (axis.axisLabel?.show === false) continue;
      axis.axisLabel = {
        ...axis.axisLabel,
        interval: (index) => ticks.has(index),
        formatter: (_, index) => {
          const tick = ticks.get(index);
          return tick === undefined ? "" : tick.strong ? `{year|${tick.text}}` : tick.text;
        },
        rich: { year: { fontWeight: 600, fontSize: 11, color: resolve("$ink-2") } },
      };
    }
    option.yAxis.forEach((axis, i) => {
      const labels = this.data.labels[i];
      const money = this.data.money?.[i];
      axis.axisLabel = {
        ...axis.axisLabel,
        formatter: (value) => (money && isPrivate() ? "•••" : labels[Math.round((value - axis.min) / axis.interval)] ?? ""),
      };
    });
  }

  // thinned keeps as many time labels as there is room for, years first.
  thinned() {
    const all = this.data.ticks;
    const room = Math.max(2, Math.floor(this.element.clientWidth / 58));
    for (const step of [1, 2, 3, 6, 12, 24, 60]) {
      const kept = all.filter((tick) => (12 * tick.year + tick.month - 1) % step === 0);
      if (kept.length <= room || step === 60) return new Map(kept.map((tick) => [tick.at, tick]));
    }
    return new Map();
  }

  x(index, grid = 0) {
    return this.chart.convertToPixel({ xAxisIndex: grid }, index);
  }

  // frame is the top and bottom of the drawing area over all grids.
  frame() {
    const grids = this.data.option.grid;
    const height = this.element.clientHeight;
    const last = grids[grids.length - 1];
    return { top: grids[0].top, bottom: height - last.bottom };
  }

  add(className, text) {
    const element = document.createElement("div");
    element.className = className;
    if (text !== undefined) element.textContent = text;
    this.element.append(element);
    this.overlay.push(element);
    return element;
  }

  // decorate draws event lines and the values at the ends of lines.
  decorate() {
    for (const element of this.overlay.splice(0)) element.remove();
    const { top, bottom } = this.frame();
    const days = this.data.days.length;
    let free = -Infinity;
    for (const event of this.data.events ?? []) {
      const x = this.x(event.at);
      const line = this.add(event.at > 0.78 * days ? "chart-event end" : "chart-event");
      line.style.left = `${x}px`;
      line.style.top = `${top}px`;
      line.style.height = `${bottom - top}px`;
      if (x > free) {
        const words = document.createElement("span");
        words.className = "m";
        words.textContent = event.text;
        line.append(words);
        free = x + words.offsetWidth + 16;
      }
    }
    let lowest = -Infinity;
    const ends = (this.data.ends ?? []).map((end) => ({ ...end, y: this.chart.convertToPixel({ seriesIndex: end.series }, [days - 1, end.value])[1] }));
    for (const end of ends.sort((a, b) => a.y - b.y)) {
      lowest = Math.max(end.y, lowest + 14);
      const label = this.add("chart-end", end.text);
      label.style.left = `${this.x(days - 1)}px`;
      label.style.top = `${lowest}px`;
      label.style.color = resolve(end.colour);
    }
  }

  resize() {
    if (!this.chart) return;
    this.leave();
    this.chart.resize();
    this.draw();
  }

  point(event) {
    if (!this.chart || !this.data || event.pointerType === "touch" && event.type !== "pointermove") return;
    const box = this.element.getBoundingClientRect();
    const index = this.chart.convertFromPixel({ xAxisIndex: 0 }, event.clientX - box.left);
    this.read(Math.min(this.data.days.length - 1, Math.max(0, Math.round(index))));
  }

  key(event) {
    if (!this.data) return;
    const last = this.data.days.length - 1;
    const from = this.at < 0 ? last : this.at;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last, PageUp: from - 21, PageDown: from + 21 }[event.key];
    if (event.key === "Escape") this.leave();
    if (to === undefined) return;
    event.preventDefault();
    this.read(Math.min(last, Math.max(0, to)));
    document.getElementById("live").textContent = this.words;
  }

  leave() {
    this.at = -1;
    for (const element of this.cross ?? []) element.remove();
    this.cross = [];
  }

  // read puts the crosshair on a day and says what every line is worth there.
  read(index) {
    if (index === this.at) return;
    this.leave();
    this.at = index;
    const { top, bottom } = this.frame();
    const x = this.x(index);
    const kept = this.overlay.length;
    const line = this.add("chart-line");
    line.style.left = `${x}px`;
    line.style.top = `${top}px`;
    line.style.height = `${bottom - top}px`;
    const rows = [];
    for (const item of this.data.read) {
      const value = this.data.option.series[item.series].data[index];
      if (value === null || value === undefined) continue;
      rows.push([item.name, write(value, item.format), item]);
      if (item.quiet) continue;
      const y = this.chart.convertToPixel({ seriesIndex: item.series }, [index, value])[1];
      const dot = this.add(item.hollow ? "chart-dot hollow" : "chart-dot");
      dot.style.left = `${x}px`;
      dot.style.top = `${y}px`;
      if (!item.hollow) dot.style.background = resolve(item.colour);
    }
    const apart = this.apart(index);
    this.tip(x, rows, apart);
    this.cross = this.overlay.splice(kept);
    this.words = [writeDay(this.data.days[index]), ...rows.map(([name, text]) => `${name} ${text}`), ...(apart ? [apart.join(" ")] : []), ...this.marked(index)].join(", ");
  }

  // marked is what happened on a day, in words.
  marked(index) {
    return (this.data.marks ?? []).filter((mark) => mark.at === index).map((mark) => mark.text);
  }

  // apart is the difference between two lines in words.
  apart(index) {
    const rule = this.data.apart;
    if (!rule) return null;
    const a = this.data.option.series[rule.of].data[index];
    const b = this.data.option.series[rule.from].data[index];
    if (a == null || b == null) return null;
    const ahead = a >= b;
    return [ahead ? rule.ahead : rule.behind, write(Math.abs(a - b), rule.format).replace("+", "").replace("%", rule.format === "percent" ? " pp" : "%")];
  }

  tip(x, rows, apart) {
    const tip = this.add("chart-tip");
    const head = document.createElement("b");
    head.textContent = writeDay(this.data.days[this.at]);
    tip.append(head);
    for (const [name, text, item] of rows) {
      const row = document.createElement("div");
      const swatch = document.createElement("i");
      if (item.hollow) swatch.className = "hollow";
      else swatch.style.background = resolve(item.colour);
      row.append(swatch, span(name), span(text));
      tip.append(row);
    }
    if (apart) {
      const row = document.createElement("div");
      row.className = "apart";
      row.append(span(apart[0]), span(apart[1]));
      tip.append(row);
    }
    for (const text of this.marked(this.at)) {
      const row = document.createElement("div");
      row.className = "apart m";
      row.append(span(text));
      tip.append(row);
    }
    const width = tip.offsetWidth;
    const right = x + 16 + width < this.element.clientWidth;
    tip.style.left = `${Math.max(0, right ? x + 16 : x - 16 - width)}px`;
    tip.style.bottom = `${this.element.clientHeight - this.frame().bottom + 8}px`;
  }

  dispose() {
    this.resizes.disconnect();
    this.chart?.dispose();
  }
}

function span(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}
