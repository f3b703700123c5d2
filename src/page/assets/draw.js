// Draws what is in view, and nothing else. What would be narrower than a pixel is drawn together
// with its neighbours. `hits` keeps where everything is, for the pointer.
let place = layOut(900);
let hits = [];
const toX = (at) => ((at - view.from) / (view.to - view.from)) * place.plot;
const toTime = (x) => view.from + (x / place.plot) * (view.to - view.from);
const tenth = (number) => Math.round(number * 10) / 10;
const visible = (span) => span.to >= view.from && span.from <= view.to;
// Beyond the edges by a little: far outside, places are too large to draw.
const clampX = (x) => Math.min(Math.max(x, -20), place.plot + 20);

const BAR_CLASS = {
  request: (row) => `r-${row.kind}${row.refused ? " refused" : ""}`,
  work: (row) => `w-${row.kind}`,
  point: () => "point",
  plea: () => "plea",
};
const bars = (lane) => {
  const out = [];
  const open = new Map();
  const flush = (bar) => {
    out.push(`<rect class="${bar.name}" data-span="${bar.span.number}" x="${tenth(bar.x1)}" y="${bar.y}" width="${tenth(Math.max(bar.x2 - bar.x1, 1))}" height="${bar.h}"/>`);
    hits.push(bar);
  };
  for (const span of inLane.get(lane.lane) ?? []) {
    if (!visible(span)) continue;
    const x1 = clampX(toX(span.from)), x2 = clampX(toX(span.to));
    const h = Math.max(Math.min(lane.row, lane.height) - 1, 1);
    const y = lane.bottom - (span.row + 1) * lane.row;
    const name = BAR_CLASS[span.type](span.what);
    const last = open.get(span.row);
    if (last && last.name === name && x2 - x1 < 1 && x1 - last.x2 < 1 && last.x2 - last.x1 < 60) {
      last.x2 = Math.max(last.x2, x2);
      last.count += 1;
      continue;
    }
    if (last) flush(last);
    open.set(span.row, { span, name, x1, x2, y, h, y1: y, y2: y + h, count: 1 });
  }
  for (const bar of open.values()) flush(bar);
  return out.join("");
};
// The head of an arrow that ends here and came from there.
const tip = (x, y, dx, dy) => {
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [(dx / length) * 7, (dy / length) * 7];
  const [vx, vy] = [-uy * 0.4, ux * 0.4];
  return `M${tenth(x)} ${tenth(y)}L${tenth(x - ux + vx)} ${tenth(y - uy + vy)}L${tenth(x - ux - vx)} ${tenth(y - uy - vy)}z`;
};
const arrows = (lane) => {
  const out = [];
  const seen = new Set();
  for (const span of SPANS) {
    if (span.type !== "message" || !visible(span) || !isShown(span)) continue;
    const row = span.what;
    const end = row.arrived ?? row.lost ?? row.departed ?? 0;
    const x1 = toX(row.at), x2 = toX(row.at + end);
    const name = `m-${keyOf.get(row.kind)}${row.again ? " again" : ""}`;
    const spot = `${Math.round(x1)} ${Math.round(x2)} ${name} ${row.back} ${row.cause}`;
    if (seen.has(spot)) continue;
    seen.add(spot);
    const whole = some(row.arrived);
    const [start, goal] = row.back ? [lane.bottom, lane.top] : [lane.top, lane.bottom];
    // What never arrives stops in mid-way.
    const y2 = whole ? goal : start + (goal - start) * 0.6;
    const to = tenth(x2);
    out.push(`<line class="${name}" data-span="${span.number}" x1="${tenth(x1)}" y1="${start}" x2="${to}" y2="${tenth(y2)}"/>`);
    if (whole) {
      out.push(`<path class="tip ${name}" d="${tip(x2, goal, x2 - x1, goal - start)}"/>`);
    } else {
      out.push(`<path class="cross" data-span="${span.number}" d="M${tenth(x2 - 4)} ${tenth(y2 - 4)}l8 8m0 -8l-8 8"/>`);
    }
    if (row.twice) out.push(`<line class="${name} again" x1="${tenth(x1)}" y1="${start}" x2="${tenth(toX(row.at + row.twice))}" y2="${goal}"/>`);
    hits.push({ span, arrow: true, x1, y1: start, x2, y2 });
  }
  return out.join("");
};
// Levels of a device as an area, as high as the lane at the most there was.
const area = (lane) => {
  const column = { "nvram-0": "nvram", "log-1": "nvlog" }[lane.lane];
  if (!column) return "";
  const { at, [column]: values } = LEVELS;
  const most = Math.max(1, ...values);
  const points = at.map((ns, i) => `L${tenth(clampX(toX(ns)))} ${tenth(lane.bottom - (values[i - 1] ?? 0) / most * lane.height)}V${tenth(lane.bottom - values[i] / most * lane.height)}`);
  if (points.length === 0) return "";
  const end = tenth(clampX(toX(LINE.to)));
  return `<path class="level" d="M${tenth(clampX(toX(at[0])))} ${lane.bottom}${points.join("")}H${end}V${lane.bottom}z"/>`;
};
const LEVELS = table(LINE.levels, ["at", "nvram", "nvlog"]);
