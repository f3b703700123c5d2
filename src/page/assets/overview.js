// The strip of the whole run: requests, bytes on the WAN, messages lost, and what is in view.
const BUCKETS = table(LINE.buckets, ["requests", "there", "back", "lost"]);
const EVERY = LINE.buckets.every;
const STRIP = { height: 74, top: 4, half: 26, wire: 34, wireHeight: 22, lost: 60, names: 92 };
let strip = { width: 900, left: 0 };
const stripX = (at) => strip.left + (at / Math.max(SIMULATED, 1)) * (strip.width - strip.left);
const stripTime = (x) => ((x - strip.left) / (strip.width - strip.left)) * SIMULATED;
const column = (values, top, height, name) => {
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => {
    const share = (value / most) * height;
    return `H${tenth(stripX(Math.min(i * EVERY, SIMULATED)))}V${tenth(top + height - share)}`;
  });
  return `<path class="${name}" d="M${strip.left} ${top + height}${points.join("")}H${strip.width}V${top + height}z"/>`;
};
const stripRect = (from, to, top, height, name, more = "") =>
  `<rect class="${name}" ${more} x="${tenth(stripX(from))}" y="${top}" width="${tenth(Math.max(stripX(to) - stripX(from), 1.5))}" height="${height}"/>`;
const drawOverview = (width) => {
  const svg = by("overview");
  strip = { width, left: width < 620 ? 0 : STRIP.names };
  svg.setAttribute("viewBox", `0 0 ${width} ${STRIP.height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", STRIP.height);
  const lost = BUCKETS.lost.map((count, i) => (count > 0 ? stripRect(i * EVERY, (i + 1) * EVERY, STRIP.lost, 8, "lost") : ""));
  const spells = SPELLS.map((span) => stripRect(span.from, span.to, 0, STRIP.height - 4, span.what.kind === "fault" ? "fault" : "apart"));
  const violations = RUN.violations.map(({ at }) => stripRect(at, at, 0, STRIP.height - 4, "violated"));
  svg.innerHTML = spells.join("") + column(BUCKETS.requests, STRIP.top, STRIP.half, "asked")
    + column(BUCKETS.there.map((n, i) => n + BUCKETS.back[i]), STRIP.wire, STRIP.wireHeight, "wire")
    + lost.join("") + violations.join("")
    + stripRect(LINE.from, LINE.to, 1, STRIP.height - 6, "window", 'id="window"')
    + stripRect(view.from, view.to, 1, STRIP.height - 6, "frame", 'id="frame"');
  const names = [["requests", STRIP.top + 16], ["bytes", STRIP.wire + 14], ["lost", STRIP.lost + 8]];
  for (const [words, y] of names) svg.append(drawn("text", { class: "name", x: strip.left > 0 ? 0 : 2, y }, words));
};
const moveFrame = () => {
  const frame = by("frame");
  frame.setAttribute("x", tenth(stripX(view.from)));
  frame.setAttribute("width", tenth(Math.max(stripX(view.to) - stripX(view.from), 1.5)));
};
const stripPointed = (event) => {
  const box = by("overview").getBoundingClientRect();
  const at = stripTime(((event.clientX - box.left) / box.width) * strip.width);
  setView(at - viewLength() / 2, at + viewLength() / 2);
};
const makeOverview = () => {
  const svg = by("overview");
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    stripPointed(event);
  });
  svg.addEventListener("pointermove", (event) => { if (event.buttons === 1) stripPointed(event); });
};
