// What stands over the lines of a chart of prices: candles, what happened on days, and
// levels. Drawn as one SVG over the plot, so that the library needs no more than lines.
const space = "http://www.w3.org/2000/svg";

const node = (name, attributes, text) => {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

function sheet(chart, className) {
  const svg = node("svg", { class: `chart-over ${className}`, "aria-hidden": "true" });
  chart.element.append(svg);
  chart.overlay.push(svg);
  return svg;
}

// drawCandles draws a wick from low to high and a body from open to close: hollow where the
// price rose, full where it fell, so that it can be told without colours.
export function drawCandles(chart) {
  const { series } = chart.data.option;
  const { open, high, low, close } = chart.data.candles;
  const days = chart.data.days.length;
  const step = days > 1 ? Math.abs(chart.x(1) - chart.x(0)) : 12;
  const half = Math.max(0.5, Math.min(9, 0.62 * step) / 2);
  const y = (value) => chart.chart.convertToPixel({ yAxisIndex: 0 }, value);
  const paths = { up: "", down: "" };
  for (let i = 0; i < days; i++) {
    const [o, h, l, c] = [open, high, low, close].map((at) => series[at].data[i]);
    if (c === null) continue;
    const x = chart.x(i);
    const [top, bottom] = [Math.min(y(o ?? c), y(c)), Math.max(y(o ?? c), y(c))].map((v) => Math.round(v * 2) / 2);
    const kind = c >= (o ?? c) ? "up" : "down";
    let path = "";
    if (h !== null) path += `M${x} ${y(h)}V${top}`;
    if (l !== null) path += `M${x} ${bottom}V${y(l)}`;
    path += half <= 1 ? `M${x} ${top}V${Math.max(bottom, top + 1)}` : `M${x - half} ${top}h${2 * half}v${Math.max(1, bottom - top)}h${-2 * half}z`;
    paths[kind] += path;
  }
  const svg = sheet(chart, "candles");
  for (const kind of ["up", "down"]) svg.append(node("path", { class: kind, d: paths[kind] || "M0 0" }));
}

// drawLevels draws horizontal lines: the average cost with its words on it, the last price
// with its figure on the axis.
export function drawLevels(chart) {
  const [axis] = chart.data.option.yAxis;
  const right = chart.data.option.grid[0].right;
  for (const level of chart.data.levels) {
    if (level.value < axis.min || level.value > axis.max) continue;
    const y = chart.chart.convertToPixel({ yAxisIndex: 0 }, level.value);
    const line = chart.add(`chart-level ${level.kind}`);
    line.style.top = `${y}px`;
    line.style.right = `${right}px`;
    const words = document.createElement("span");
    words.textContent = level.text;
    line.append(words);
  }
}

// drawMarks draws purchases under the line, sales over it, dividends and splits above; of
// those of a kind that would lie on each other the first is drawn, the crosshair tells all.
export function drawMarks(chart) {
  const svg = sheet(chart, "marks");
  const { candles, option, marks } = chart.data;
  const [axis] = option.yAxis;
  const free = {};
  const lifted = {};
  for (const { at, kind, flag } of marks) {
    const x = chart.x(at);
    const room = { buy: 9, sell: 9, dividend: 17, split: 40 }[kind];
    if (x < (free[kind] ?? -Infinity)) continue;
    free[kind] = x + room;
    const value = (series) => Math.min(axis.max, option.series[series].data[at] ?? axis.min);
    const y = (series) => chart.chart.convertToPixel({ yAxisIndex: 0 }, value(series));
    const under = y(candles ? candles.low : 0);
    const over = y(candles ? candles.high : 0);
    if (kind === "buy") svg.append(node("path", { class: "buy", d: `M${x} ${under + 7}l5 8h-10z` }));
    if (kind === "sell") svg.append(node("path", { class: "sell", d: `M${x} ${over - 7}l5 -8h-10z` }));
    if (kind === "dividend") {
      const up = Math.max(9, over - 20);
      svg.append(node("circle", { cx: x, cy: up, r: 7 }), node("text", { x, y: up + 3.5 }, "D"));
      lifted[at] = up;
    }
    if (kind === "split") {
      const up = Math.max(9, (lifted[at] ?? over) - 20);
      const width = 6.2 * flag.length + 10;
      const left = Math.max(2, x - width);
      svg.append(node("path", { class: "split-line", d: `M${x} ${up - 8}V${over}` }), node("rect", { class: "split", x: left, y: up - 8, width, height: 15 }), node("text", { class: "split", x: left + width / 2, y: up + 3.5 }, flag));
    }
  }
}
