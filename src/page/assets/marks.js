// What lies across lanes: consistency points, faults, violations, marks, and the time below.
const across = (from, to, top, bottom, name, number) => {
  const x1 = clampX(toX(from)), x2 = clampX(toX(to));
  if (x2 < -1 || x1 > place.plot + 1) return "";
  const known = number === undefined ? "" : ` data-span="${number}"`;
  return `<rect class="${name}"${known} x="${tenth(x1)}" y="${top}" width="${tenth(Math.max(x2 - x1, 1))}" height="${bottom - top}"/>`;
};
const reach = (side) => {
  const lanes = place.lanes.filter((lane) => lane.side === side);
  return lanes.length > 0 ? [lanes[0].top, lanes[lanes.length - 1].bottom] : [0, 0];
};
const shades = () => {
  const out = [];
  for (const span of SPANS) {
    if (!visible(span)) continue;
    if (span.type === "spell") {
      const fault = span.what.kind === "fault";
      const [top, bottom] = fault ? [place.top - 7, place.top - 1] : [place.bottom - 4, place.bottom];
      out.push(across(span.from, span.to, place.top, place.bottom, fault ? "fault" : "apart"));
      out.push(across(span.from, span.to, top, bottom, fault ? "fault-edge" : "apart-edge", span.number));
      hits.push({ span, x1: toX(span.from), x2: Math.max(toX(span.to), toX(span.from) + 3), y1: top, y2: bottom, count: 1 });
    } else if (span.type === "point") {
      const [top, bottom] = reach(span.what.side);
      out.push(across(span.from, span.to, top, bottom, "band"));
    }
  }
  return out.join("");
};
// Numbers of consistency points, where they have room.
const numbers = () => {
  const out = [];
  for (const lane of place.lanes.filter((lane) => kindOf(lane.lane) === "point")) {
    for (const span of inLane.get(lane.lane) ?? []) {
      if (!visible(span)) continue;
      const x1 = Math.max(toX(span.from), 0), x2 = Math.min(toX(span.to), place.plot);
      const words = x2 - x1 > 40 ? `CP ${span.what.cp}` : `${span.what.cp}`;
      if (x2 - x1 < words.length * 7) continue;
      out.push(`<text class="number" x="${tenth((x1 + x2) / 2)}" y="${lane.bottom - span.row * lane.row - 4}">${words}</text>`);
    }
  }
  return out.join("");
};
const moments = () => {
  const out = [];
  for (const span of SPANS) {
    if (!visible(span)) continue;
    const x = toX(span.from);
    if (span.type === "violation") {
      out.push(`<line class="violated" data-span="${span.number}" x1="${tenth(x)}" y1="${place.top - 10}" x2="${tenth(x)}" y2="${place.bottom}"/>`);
      hits.push({ span, x1: x - 2, x2: x + 2, y1: place.top - 10, y2: place.bottom, count: 1 });
    }
    if (span.type !== "mark") continue;
    const lane = place.of.get(span.lane);
    const side = span.lane.startsWith("side-") ? reach(Number(span.lane.slice(5))) : null;
    const [top, bottom] = lane ? [lane.top, lane.bottom] : side ?? [place.top, place.bottom];
    const name = span.what.grave ? "moment grave" : "moment";
    const y = span.what.grave ? top : (top + bottom) / 2;
    if (span.what.grave) out.push(`<line class="${name}" x1="${tenth(x)}" y1="${top}" x2="${tenth(x)}" y2="${bottom}"/>`);
    out.push(`<path class="${name}" data-span="${span.number}" d="M${tenth(x)} ${tenth(y - 4)}l4 4l-4 4l-4 -4z"/>`);
    hits.push({ span, x1: x - 4, x2: x + 4, y1: y - 4, y2: y + 4, count: 1 });
  }
  return out.join("");
};
const timeAxis = () => {
  const room = viewLength() > 1e6 ? 90 : 130;
  const step = roundStep(viewLength() / Math.max(place.plot / room, 1));
  const out = [];
  for (let n = Math.ceil(view.from / step); n * step <= view.to; n += 1) {
    const x = tenth(toX(n * step));
    out.push(`<line class="tick" x1="${x}" y1="${place.top - 4}" x2="${x}" y2="${place.bottom}"/>`);
    if (x > 24 && x < place.plot - 24) out.push(`<text class="time" x="${x}" y="${place.top - 14}">${tickWords(n * step, step)}</text>`);
  }
  return out.join("");
};
