// Enhances pages that work without it: charts, the command palette, keys,
// popovers for browsers without anchor positioning, forms and small switches.
import { startCharts, redrawCharts } from "./chart.js";
import { startFind } from "./find.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startPalette } from "./palette.js";
import { startPopovers } from "./popovers.js";
import { startRows } from "./rows.js";
import { startSwitches } from "./switches.js";

startPopovers();
startPalette();
startFind();
startKeys();
startRows();
startSwitches(redrawCharts);
startForms(document);
startCharts(document);

// Where a row of pages is longer than the screen, the one that is open is in sight.
for (const current of document.querySelectorAll(".subpages [aria-current], .segmented [aria-current]")) {
  const row = current.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += current.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - current.offsetWidth) / 2;
}

// What htmx swaps in is enhanced like the rest.
document.addEventListener("htmx:after:swap", () => {
  startForms(document);
  startCharts(document);
});
