// The picture of the timeline: lanes with their names, and all that is drawn anew for each view.
let focused = null;
const layer = {};
const makePicture = (width) => {
  place = layOut(width);
  const svg = drawn("svg", { id: "lanes", width, height: place.height, viewBox: `0 0 ${width} ${place.height}`, role: "img", "aria-label": "Lanes of the timeline" });
  const plot = drawn("svg", { class: "plot-area", x: place.gutter, y: 0, width: place.plot, height: place.height });
  layer.axis = drawn("g", { class: "axis" });
  layer.shades = drawn("g", { class: "shades" });
  plot.append(layer.axis, layer.shades);
  layer.lanes = place.lanes.map((lane) => {
    const group = drawn("g", { class: `lane ${kindOf(lane.lane)}`, "data-lane": lane.lane });
    plot.append(group);
    return [lane, group];
  });
  layer.over = drawn("g", { class: "over" });
  layer.focus = drawn("g", { class: "focus" });
  plot.append(layer.over, layer.focus);
  svg.append(plot);
  for (const lane of place.lanes) {
    const y = place.narrow ? lane.top - 3 : Math.max(lane.top + 10, (lane.top + lane.bottom) / 2 + 4);
    const name = lane.name.length > 17 && !place.narrow ? `${lane.name.slice(0, 16)}…` : lane.name;
    const text = drawn("text", { class: "name", x: place.narrow ? 2 : 0, y }, name);
    text.append(drawn("title", {}, lane.name));
    svg.append(text, drawn("line", { class: "edge", x1: place.gutter, x2: width, y1: lane.bottom + 2, y2: lane.bottom + 2 }));
  }
  by("detail").replaceChildren(svg);
};
const drawView = () => {
  hits = [];
  layer.axis.innerHTML = timeAxis();
  layer.shades.innerHTML = shades();
  for (const [lane, group] of layer.lanes) {
    group.innerHTML = lane.lane === "wan" ? arrows(lane) : area(lane) + bars(lane);
  }
  layer.over.innerHTML = numbers() + moments();
  drawFocus();
  const { dataset } = by("detail");
  dataset.from = Math.round(view.from);
  dataset.to = Math.round(view.to);
};
// A frame around what the keyboard is on.
const drawFocus = () => {
  layer.focus.innerHTML = "";
  if (!focused || !visible(focused)) return;
  const hit = hits.find((hit) => hit.span === focused) ?? hits.find((hit) =>
    !hit.arrow && hit.span.lane === focused.lane && hit.x1 <= toX(focused.from) && hit.x2 >= toX(focused.from));
  if (!hit) return;
  const shape = hit.arrow
    ? drawn("line", { x1: hit.x1, y1: hit.y1, x2: hit.x2, y2: hit.y2 })
    : drawn("rect", { x: hit.x1 - 2, y: hit.y1 - 2, width: Math.max(hit.x2 - hit.x1, 1) + 4, height: hit.y2 - hit.y1 + 4 });
  layer.focus.append(shape);
};
// What lies under a place of the picture, the nearest first; nothing farther than a few pixels.
const distance = (hit, x, y) => {
  if (!hit.arrow) {
    const beside = Math.max(hit.x1 - x, x - hit.x2, 0);
    const above = Math.max(hit.y1 - y, y - hit.y2, 0);
    return Math.hypot(beside, above);
  }
  const [dx, dy] = [hit.x2 - hit.x1, hit.y2 - hit.y1];
  const share = Math.min(1, Math.max(0, ((x - hit.x1) * dx + (y - hit.y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(hit.x1 + share * dx - x, hit.y1 + share * dy - y);
};
const hitAt = (x, y) => {
  let nearest = null, least = 6;
  for (const hit of hits) {
    const far = distance(hit, x, y);
    if (far < least || (far === least && far === 0)) [nearest, least] = [hit, far];
  }
  return nearest;
};
