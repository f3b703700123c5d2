// Curves over the whole run, and how latency is distributed. They share their cursor and, where
// they are over time, their axis; the frame is what the timeline shows.
const CURVES = RUN.charts;
const SERIES = table(CURVES.series, [
  "time_ns", "writes_acknowledged", "bytes_to_destination", "bytes_to_source", "nvram_bytes",
  "buffers", "transfer_ids", "link_queue_bytes", "write_p50_ns", "write_max_ns", "nvlog_bytes",
  "rpo_ns",
]);
const SHADES = [["band", CURVES.points], ["apart", CURVES.out_of_sync], ["wrong", CURVES.faults]]
  .map(([name, spells]) => [name, table(spells, ["begin_ns", "end_ns"])]);
const times = [0, ...SERIES.time_ns.map((ns) => ns / 1e9)];
const level = (name) => [0, ...SERIES[name]];
const sparse = (name) => [null, ...SERIES[name]];
// What was counted in an interval, for each second of it.
const rate = (name) => {
  const per = SERIES[name].map((n, i) => {
    const length = Math.min(CURVES.every / 1e9, times[i + 1] - times[i]);
    return length > 0 ? n / length : 0;
  });
  return [per[0] ?? 0, ...per];
};
const BINARY = Array.from({ length: 60 }, (_, power) => 2 ** power);
const KINDS = {
  bytes: { words: bytesWords, axis: axisBytes, incrs: BINARY },
  speed: { words: (n) => `${bytesWords(n)}/s`, axis: axisBytes, incrs: BINARY },
  span: { words: spanWords, axis: axisSpan },
  count: { words: countWords, axis: (n) => n.toLocaleString("en-US") },
  often: { words: (n) => `${n.toFixed(1)}/s`, axis: (n) => n.toLocaleString("en-US") },
};
const stepped = uPlot.paths.stepped({ align: -1 });
const CHARTS = {
  latency: { kind: "span", lines: [["median", "blue", sparse("write_p50_ns")], ["longest", "vermilion", sparse("write_max_ns")]] },
  wire: { kind: "speed", paths: stepped, lines: [["to destination", "blue", rate("bytes_to_destination")], ["to source", "orange", rate("bytes_to_source")]] },
  writes: { kind: "often", paths: stepped, lines: [["writes", "blue", rate("writes_acknowledged")]] },
  occupancy: { kind: "bytes", lines: [["NVLog", "green", level("nvlog_bytes")], ["NVRAM", "blue", level("nvram_bytes")], ["queue", "vermilion", level("link_queue_bytes")]] },
  buffers: { kind: "count", lines: [["buffers", "blue", level("buffers")], ["transfer IDs", "purple", level("transfer_ids")]] },
  risk: { kind: "span", lines: [["at risk", "vermilion", level("rpo_ns")]] },
};

// Shades what lasted, behind the curves.
const shade = (u) => {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const [name, { begin_ns: begins, end_ns: ends }] of SHADES) {
    ctx.fillStyle = colour(name);
    begins.forEach((begin, i) => {
      const x = u.valToPos(begin / 1e9, "x", true);
      const end = u.valToPos((ends[i] ?? SIMULATED) / 1e9, "x", true);
      ctx.fillRect(x, top, Math.max(end - x, 2), height);
    });
  }
  ctx.restore();
};
// The part of the run that the timeline shows, and where a property was violated.
const frame = (u) => {
  const { ctx } = u;
  const { top, height } = u.bbox;
  const stroke = (seconds, name, dash) => {
    const x = Math.round(u.valToPos(seconds, "x", true)) + 0.5;
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) return;
    ctx.beginPath();
    ctx.setLineDash(dash);
    ctx.strokeStyle = colour(name);
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
  };
  ctx.save();
  ctx.lineWidth = u.pxRatio ?? 1;
  for (const at of shownRange()) stroke(at / 1e9, "faint", [4, 3]);
  for (const { at } of RUN.violations) stroke(at / 1e9, "alarm", []);
  ctx.restore();
};

const axis = (more) => ({
  stroke: () => colour("faint"),
  font: "12px system-ui, sans-serif",
  grid: { stroke: () => colour("grid"), width: 1 },
  ticks: { show: false },
  ...more,
});
const line = (label, paint, words, paths) => ({
  label,
  stroke: () => colour(paint),
  width: 1.5,
  points: { show: false },
  spanGaps: true,
  paths,
  value: (_, value) => (value === null || value === undefined ? "–" : words(value)),
});
const overTime = ({ kind, lines, paths }, width) => {
  const { words, axis: number, incrs } = KINDS[kind];
  return {
    width,
    height: 190,
    cursor: { sync: { key: "run" }, y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: { time: false, range: (u, from, to) => (from === to ? [from - 1, to + 1] : [from, to]) },
      y: { range: (u, from, to) => [0, (to || 1) * 1.06] },
    },
    axes: [
      axis({ values: (u, at) => at.map((s) => `${+s.toPrecision(10)} s`), space: 70 }),
      axis({ size: 74, incrs, values: (u, at) => at.map(number) }),
    ],
    series: [
      { label: "until", value: (_, s) => (s === null ? "–" : momentWords(s * 1e9)) },
      ...lines.map(([label, paint]) => line(label, paint, words, paths)),
    ],
    hooks: { drawClear: [shade], draw: [frame] },
  };
};
// Latencies that lie close together want a plain axis, others one of powers of ten.
const distribution = (width, ns) => {
  const [least, most] = [ns[0], ns[ns.length - 1]];
  const wide = most / Math.max(least, 1) > 30;
  const margin = Math.max((most - least) * 0.04, most * 0.005, 1);
  const range = wide ? undefined : () => [Math.max(least - margin, 0), most + margin];
  return {
    width,
    height: 190,
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: false, distr: wide ? 3 : 1, range }, y: { range: [0, 100] } },
    axes: [
      axis({ values: (u, at) => at.map((n) => (n === null ? "" : axisSpan(n))), space: 60 }),
      axis({ size: 74, values: (u, at) => at.map((n) => `${n} %`) }),
    ],
    series: [
      { label: "at most", value: (_, n) => (n === null ? "–" : spanWords(n)) },
      line("share of writes", "blue", (n) => `${+n.toFixed(2)} %`, uPlot.paths.stepped({ align: 1 })),
    ],
  };
};

let charts = [];
// Draws all charts anew, in the colours of now.
const drawCharts = () => {
  for (const chart of charts) chart.destroy();
  charts = [];
  for (const figure of document.querySelectorAll(".chart")) {
    const { chart } = figure.dataset;
    const box = figure.querySelector(".plot");
    const width = onPaper() ? PAPER_WIDTH / 2 - 20 : Math.floor(box.clientWidth);
    box.replaceChildren();
    if (chart === "distribution") {
      const { ns, share } = table(CURVES.distribution, ["ns", "share"]);
      if (ns.length === 0) figure.remove();
      else charts.push(new uPlot(distribution(width, ns), [ns, share.map((n) => n / 1e4)], box));
      continue;
    }
    const { lines } = CHARTS[chart];
    if (lines.every(([, , column]) => column.every((n) => !n))) {
      box.textContent = "0 throughout the run";
      box.classList.add("nothing");
      continue;
    }
    charts.push(new uPlot(overTime(CHARTS[chart], width), [times, ...lines.map(([, , c]) => c)], box));
  }
};
const redrawCharts = () => charts.forEach((chart) => chart.redraw(false));
