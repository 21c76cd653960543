// Draws each chart of a page anew with ECharts, from the figures that stand beside it: with tips, by mouse and by keys.
// Without scripts, and on paper, the picture of the server stays.

const root = document.querySelector("[data-plots]");
const AHEAD = "400px"; // a chart is drawn a little before it comes into sight

function draw(figure, { optionOf, say }) {
  const data = JSON.parse(figure.dataset.plot);
  const still = figure.querySelector("svg[role=img]");
  const live = figure.querySelector("[data-plot-live]");
  const tokens = getComputedStyle(document.documentElement);
  const token = (name) => tokens.getPropertyValue(`--${name}`).trim();
  const font = getComputedStyle(document.body).fontFamily;
  const place = document.createElement("div"); // ECharts names it as a picture; what holds it takes the keys
  live.append(place);
  live.hidden = false;
  place.style.height = `${still.viewBox.baseVal.height}px`;
  still.classList.add("is-replaced");
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const show = () => chart.setOption(optionOf(data, { token, font, width: live.clientWidth }), true);
  show();
  new ResizeObserver(() => {
    if (!live.clientWidth) return;
    chart.resize();
    show();
  }).observe(live);
  listen(figure, live, chart, data, say);
}

// Keys go from row to row; what a tip shows is said as well.
function listen(figure, live, chart, data, say) {
  const said = figure.querySelector("[data-plot-said]");
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const last = data.rows.length - 1;
  let at = -1;
  const leave = () => {
    chart.dispatchAction({ type: "hideTip" });
    said.textContent = "";
    at = -1;
  };
  const go = (to) => {
    at = Math.min(Math.max(to, 0), last);
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
    said.textContent = say(data, at).join(", ");
  };
  live.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || last < 0) return;
    if (event.key === "Escape") leave();
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(last);
    else if (event.key in steps) go(at < 0 && steps[event.key] < 0 ? last : at + steps[event.key]);
    else return;
    event.preventDefault();
  });
  live.addEventListener("blur", leave);
}

async function start() {
  const options = await import(root.dataset.plots);
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        seen.unobserve(entry.target);
        draw(entry.target, options);
      }
    },
    { rootMargin: AHEAD },
  );
  for (const figure of root.querySelectorAll("[data-plot]:not([data-plot-empty])")) seen.observe(figure);
}

if (window.echarts) start();
