// What the pages use of Apache ECharts; nothing else is bundled.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, CustomChart, GridComponent, LineChart, SVGRenderer, TooltipComponent]);

export { init };
