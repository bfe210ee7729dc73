// Writes the figures of a readout in the page's locale. Everything else that
// is written on a page comes finished from the server.
const lang = document.documentElement.lang || "en";
const digits = (places) => new Intl.NumberFormat(lang, { minimumFractionDigits: places, maximumFractionDigits: places });
const whole = digits(0);
const two = digits(2);
const price = new Intl.NumberFormat(lang, { minimumFractionDigits: 2, maximumFractionDigits: 6 });

export const isPrivate = () => document.documentElement.hasAttribute("data-private");

// write formats a value: "money", "percent" (a fraction, signed), "level" (a fraction),
// "price" (with the decimals it has, two at least), "whole" or "plain".
export function write(value, kind) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (kind === "money") return isPrivate() ? "••••••" : minus(whole.format(value));
  if (kind === "percent") {
    const text = two.format(100 * value);
    return (value > 0 && text !== two.format(0) ? "+" : "") + minus(text) + (lang.startsWith("de") ? "\u202f%" : "%");
  }
  if (kind === "level") return minus(two.format(100 * value)) + (lang.startsWith("de") ? "\u202f%" : "%");
  if (kind === "price") return minus(price.format(value));
  if (kind === "whole") return minus(whole.format(value));
  return minus(two.format(value));
}

const minus = (text) => text.replace("-", "−");

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// writeDay turns 2025-06-30 into 30 Jun 2025.
export function writeDay(day) {
  const [y, m, d] = day.split("-").map(Number);
  return `${d} ${months[m - 1]} ${y}`;
}
