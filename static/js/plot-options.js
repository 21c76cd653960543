// From the figures of a chart to what ECharts draws: solid is counted, a stroke or dashes are the plan, hatching is the
// forecast, as in every picture of the register. Nothing moves by itself, so nobody needs to ask for less motion.

const BAR = 13;
const NARROW = 480;
const SIZE = 13;
const number = (digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

function write(value, digits) {
  return number(digits).format(value).replace("-", "−");
}

const unitOf = (column, row) => (column.unit === "%" ? "%" : ` ${column.unit || row.unit}`);

// What is known of one row: its label, then each figure with its name and unit.
export function say(data, at) {
  const row = data.rows[at];
  const figures = data.columns
    .map((column, place) => ({ column, value: row.values[place] }))
    .filter(({ value }) => value !== null)
    .map(({ column, value }) => `${column.name} ${write(value, column.digits)}${unitOf(column, row)}`);
  return [row.label, ...figures];
}

const placeOf = (data, mark) => data.columns.findIndex((column) => column.mark === mark);

// The figures of a column, a row each; none where it is not drawn.
function valuesOf(data, mark) {
  const place = placeOf(data, mark);
  return place < 0 ? [] : data.rows.map((row) => row.values[place]);
}

function pointsOf(data, mark) {
  return valuesOf(data, mark)
    .map((value, at) => [data.rows[at].label, value])
    .filter(([, value]) => value !== null);
}

// The eve of a day: what stands at the end of a day is drawn there, so nothing stands at the end of the eve of the first.
function eveOf(day) {
  const eve = new Date(`${day}T00:00:00Z`);
  eve.setUTCDate(eve.getUTCDate() - 1);
  return eve.toISOString().slice(0, 10);
}

function common(data, { token, font }) {
  return {
    animation: false,
    aria: { enabled: true, label: { description: data.says } },
    textStyle: { fontFamily: font, fontSize: SIZE, color: token("ink-2") },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // text in the picture: markup would need styles that the policy forbids
      confine: true,
      transitionDuration: 0,
      backgroundColor: token("paper"),
      borderColor: token("ink"),
      borderWidth: 1,
      borderRadius: 0,
      shadowColor: "transparent",
      padding: 8,
      textStyle: { color: token("ink"), fontFamily: font, fontSize: SIZE, lineHeight: 20 },
      axisPointer: {
        type: data.form === "course" ? "line" : "shadow",
        snap: true,
        lineStyle: { color: token("ink"), width: 1, type: "solid" },
        shadowStyle: { color: token("ink"), opacity: 0.1 },
      },
      formatter: (found) => say(data, [found].flat()[0].dataIndex).join("\n"),
    },
  };
}

const grid = (places) => ({
  left: 4,
  right: 4,
  top: 12,
  bottom: 4,
  outerBoundsMode: "same",
  outerBoundsContain: "axisLabel",
  ...places,
});

function valueAxis({ token }) {
  return {
    type: "value",
    position: "right",
    minInterval: 1,
    splitNumber: 4,
    splitLine: { lineStyle: { color: token("hair") } },
    axisLabel: { color: token("ink-2"), fontSize: SIZE, formatter: (value) => write(value, 0) },
  };
}

const hatch = ({ token }) => ({
  symbol: "rect",
  color: token("accent"),
  dashArrayX: [1, 0],
  dashArrayY: [1.5, 4],
  rotation: -Math.PI / 4,
});

const dots = ({ token }) => ({ symbol: "circle", symbolSize: 0.6, color: token("ink"), dashArrayX: [[3, 2], [0, 3, 2, 0]], dashArrayY: [3, 1] });

// A course: every row is a place for tips; the lines are drawn over it.
function course(data, look) {
  const { token } = look;
  const start = [eveOf(data.span.first), 0];
  const drawn = (mark, style, more) => {
    const points = pointsOf(data, mark);
    return {
      type: "line",
      data: points.length ? [start, ...points] : [],
      symbol: "none",
      silent: true,
      tooltip: { show: false },
      emphasis: { disabled: true },
      lineStyle: style,
      ...more,
    };
  };
  const ink = token("ink");
  const counted = pointsOf(data, "counted");
  return {
    grid: grid({ top: 26 }),
    xAxis: {
      type: "time",
      min: start[0],
      max: data.span.last,
      axisLine: { lineStyle: { color: ink } },
      axisLabel: { color: token("ink-2"), fontSize: SIZE, formatter: "{yyyy}", hideOverlap: true, showMinLabel: false },
      minInterval: 365 * 24 * 3600 * 1000,
      splitLine: { show: false },
    },
    yAxis: { ...valueAxis(look), min: 0 },
    series: [
      {
        type: "line",
        data: data.rows.map((row) => [row.label, row.values.find((value) => value !== null) ?? 0]),
        symbol: "none",
        lineStyle: { opacity: 0 },
      },
      fan(data, look, counted.at(-1)),
      drawn("plan", { color: ink, width: 1.4, type: [5, 4] }),
      drawn("ever", { color: ink, width: 1.8, type: [1.5, 3.5] }, { step: "end" }),
      drawn("counted", { color: token("accent"), width: 2.5 }, { step: "end" }),
      last(data, look, counted.at(-1)),
    ],
  };
}

// The last figure, with its words where there is room for them.
function last(data, { token }, point) {
  if (!point) return { type: "line", data: [] };
  const { first, last: end } = data.span;
  const isLeft = (new Date(point[0]) - new Date(first)) / (new Date(end) - new Date(first)) < 1 / 3;
  const [column] = data.columns;
  return {
    type: "line",
    data: [point],
    symbol: "circle",
    symbolSize: 10,
    silent: true,
    tooltip: { show: false },
    itemStyle: { color: token("accent"), borderColor: token("paper"), borderWidth: 2, opacity: 1 },
    label: {
      show: true,
      position: isLeft ? "right" : "left",
      offset: [0, -12],
      color: token("ink"),
      fontSize: SIZE,
      fontWeight: 700,
      formatter: () => `${write(point[1], column.digits)} ${data.unit}`,
    },
  };
}

function fan(data, look, from) {
  const low = pointsOf(data, "low").at(-1);
  const high = pointsOf(data, "high").at(-1);
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: from && low && high ? [[low[0], high[1]]] : [],
    renderItem: (_params, api) => ({
      type: "polygon",
      shape: { points: [from, high, low].map((point) => api.coord([Date.parse(point[0]), point[1]])) },
      style: { fill: look.token("paper"), stroke: look.token("accent"), lineWidth: 1, decal: hatch(look) },
    }),
  };
}

function months(data, look) {
  const { token } = look;
  const bar = (mark, itemStyle) => ({
    type: "bar",
    stack: "month",
    data: valuesOf(data, mark).map((value) => value || null),
    itemStyle,
    barMaxWidth: 34,
    barCategoryGap: "32%",
    emphasis: { disabled: true },
  });
  return {
    grid: grid({ top: 26 }),
    xAxis: {
      type: "category",
      data: data.rows.map((row) => row.label),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("ink") } },
      axisLabel: { color: token("ink-2"), fontSize: SIZE },
    },
    yAxis: valueAxis(look),
    series: [
      { type: "line", data: data.rows.map(() => 0), symbol: "none", lineStyle: { opacity: 0 } },
      bar("new", { color: token("accent") }),
      bar("corrected", { color: token("paper"), borderColor: token("ink"), borderWidth: 1 }),
    ],
  };
}

const named = (data, { token }, words, more) => ({
  type: "category",
  inverse: true,
  data: words,
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: token("ink"), fontSize: SIZE, interval: 0, ...more },
});

function ranking(data, look) {
  const { token, width } = look;
  const bars = valuesOf(data, "bar");
  const ticks = valuesOf(data, "tick");
  const most = Math.max(1, ...bars, ...ticks, data.isShare ? 100 : 0);
  const says = data.rows.map((row) => (width < NARROW ? row.says.split(" · ")[0] : row.says));
  return {
    grid: grid({ top: 0, bottom: 0, left: 0, right: 0 }),
    xAxis: { type: "value", min: 0, max: most, show: false },
    yAxis: [
      named(data, look, data.rows.map((row) => row.label), { align: "right" }),
      named(data, look, says, { color: token("ink-2") }),
    ],
    series: [
      {
        type: "bar",
        data: bars.map((value) => value ?? 0),
        barWidth: BAR,
        showBackground: true,
        backgroundStyle: { color: token("paper-3") },
        itemStyle: { color: token("accent") },
        emphasis: { disabled: true },
      },
      {
        type: "custom",
        z: 3,
        silent: true,
        tooltip: { show: false },
        data: ticks.map((value, at) => [value, at]).filter(([value]) => value !== null),
        renderItem: (_params, api) => stroke(api.coord([api.value(0), api.value(1)]), look),
      },
      { type: "bar", yAxisIndex: 1, data: [], tooltip: { show: false } },
    ],
  };
}

// The stroke of the plan, free of the bar that it crosses.
function stroke([x, y], { token }) {
  const rect = (left, top, wide, high, fill) => ({
    type: "rect",
    shape: { x: x - left, y: y - top, width: wide, height: high },
    style: { fill },
  });
  return { type: "group", children: [rect(2.5, 10.5, 5, 21, token("paper")), rect(1, 11.5, 2, 23, token("ink"))] };
}

function parts(data, look) {
  const { token } = look;
  const styles = {
    open: { color: token("paper"), borderColor: token("ink"), borderWidth: 1 },
    solid: { color: token("accent") },
    dotted: { color: token("paper"), borderColor: token("ink"), borderWidth: 1, decal: dots(look) },
  };
  const drawn = data.columns.map((column, place) => ({ ...column, place })).filter(({ mark }) => mark in styles);
  const whole = (row) => drawn.reduce((sum, { place }) => sum + row.values[place], 0);
  return {
    grid: grid({ top: 16, bottom: 0, left: 1, right: 1 }),
    xAxis: { type: "value", min: 0, max: 100, show: false },
    yAxis: named(data, look, data.rows.map((row) => row.label), { show: false }),
    series: [
      ...drawn.map(({ mark, place }) => ({
        type: "bar",
        stack: "whole",
        barWidth: 20,
        data: data.rows.map((row) => (row.values[place] ? (100 * row.values[place]) / whole(row) : null)),
        itemStyle: styles[mark],
        emphasis: { disabled: true },
      })),
      above(data, "insideLeft", (row) => row.label, { color: token("ink"), fontWeight: 700 }),
      above(data, "insideRight", (row) => row.says, { color: token("ink-2") }),
      { ...above(data, "inside", () => ""), data: data.rows.map((row) => (whole(row) ? null : 100)), itemStyle: { color: token("paper-3") } },
    ],
  };
}

// Words above each bar, carried by a bar that is not seen.
function above(data, position, words, style) {
  return {
    type: "bar",
    barGap: "-100%",
    barWidth: 20,
    silent: true,
    data: data.rows.map(() => 100),
    itemStyle: { color: "transparent" },
    label: { show: true, position, distance: 0, offset: [0, -22], fontSize: SIZE, formatter: ({ dataIndex }) => words(data.rows[dataIndex]), ...style },
  };
}

const FORMS = { course, months, ranking, parts };

export function optionOf(data, look) {
  return { ...common(data, look), ...FORMS[data.form](data, look) };
}
