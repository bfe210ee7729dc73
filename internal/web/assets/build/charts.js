// The part of Apache ECharts that the pages use: lines and bars on a plain
// grid, drawn as SVG. Crosshair, readout and event lines are our own
// (../js/chart.js), so tooltip, legend and marker components stay out.
import { init, use } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridSimpleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, BarChart, GridSimpleComponent, SVGRenderer]);

export { init };
