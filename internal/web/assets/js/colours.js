// Turns colour roles into colours ECharts understands. An option made on the
// server names a role, "$accent", or a role with an opacity in percent,
// "$accent/16"; the theme decides what it is.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const probe = document.createElement("span");
probe.hidden = true;

function rgba(role, opacity) {
  probe.style.color = `var(--${role})`;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${opacity})`;
}

// resolve copies a value with every role replaced.
export function resolve(value) {
  if (!probe.isConnected) document.body.append(probe);
  if (typeof value === "string" && value.startsWith("$")) {
    const [role, percent] = value.slice(1).split("/");
    return rgba(role, percent === undefined ? 1 : Number(percent) / 100);
  }
  if (Array.isArray(value)) return value.length > 0 && typeof value[0] !== "object" && typeof value[0] !== "string" ? value : value.map(resolve);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, resolve(v)]));
  return value;
}
