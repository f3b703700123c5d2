// Where everything stands from top to bottom: clients, source, WAN, destination, witness. What
// overlaps in a lane is stacked into rows; how many there are is bounded.
const MOST_ROWS = { client: 40, nvram: 3, volume: 6, log: 4, point: 2, witness: 2 };
const stack = (list, most) => {
  const ends = [];
  for (const span of list) {
    let row = ends.findIndex((end) => end <= span.from);
    if (row < 0) row = ends.length < most ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(span.to, span.from + 1);
    span.row = row;
  }
  return Math.max(ends.length, 1);
};
const inLane = new Map();
for (const span of SPANS) {
  if (!["request", "work", "point", "plea"].includes(span.type)) continue;
  if (!inLane.has(span.lane)) inLane.set(span.lane, []);
  inLane.get(span.lane).push(span);
}
const kindOf = (lane) => lane.split("-")[0];
const LANE_ROWS = new Map([...inLane].map(([lane, list]) => [lane, stack(list, MOST_ROWS[kindOf(lane)])]));

// The lanes in order: key, name, heading of the group that it begins, height of a row.
const marked = new Set(SPANS.filter((span) => span.type === "mark").map((span) => span.lane));
const listed = () => {
  const has = (lane) => inLane.has(lane) || marked.has(lane);
  const clients = [...LANE_ROWS.keys()].filter((lane) => kindOf(lane) === "client");
  clients.sort((one, other) => one.slice(7) - other.slice(7));
  const total = clients.reduce((sum, lane) => sum + LANE_ROWS.get(lane), 0);
  const slim = Math.max(2, Math.min(8, Math.floor(150 / Math.max(total, 1))));
  const lanes = clients.map((lane) => ({ lane, name: clientName(Number(lane.slice(7))), row: slim, side: "client" }));
  const device = (kind, name, side, always) => {
    const lane = `${kind}-${side}`;
    if (always || has(lane)) lanes.push({ lane, name: `${SIDES[side]} ${name}`, row: kind === "point" ? 15 : 7, side });
  };
  device("nvram", "NVRAM", 0, true);
  device("log", "log", 0, false);
  device("volume", "disks", 0, true);
  device("point", "CPs", 0, true);
  lanes.push({ lane: "wan", name: "WAN", side: "wan" });
  device("point", "CPs", 1, true);
  device("log", "NVLog", 1, true);
  device("nvram", "NVRAM", 1, false);
  device("volume", "disks", 1, true);
  if (has("witness")) lanes.push({ lane: "witness", name: "witness", row: 10, side: "witness" });
  return lanes;
};
// Places for lanes in a picture of this width.
const layOut = (width) => {
  const narrow = width < 620;
  const gutter = narrow ? 0 : 130;
  const TOP = 30;
  let y = TOP;
  const lanes = listed().map((lane) => {
    const room = lane.lane === "wan" ? (narrow ? 130 : 170) : (LANE_ROWS.get(lane.lane) ?? 1) * lane.row;
    const least = lane.lane.startsWith("nvram") || lane.lane.startsWith("log") ? 24 : 12;
    const top = y + (narrow ? 14 : 4);
    const height = Math.max(room, least);
    y = top + height + 4;
    return { ...lane, top, height, bottom: top + height };
  });
  return { width, narrow, gutter, plot: width - gutter, top: TOP, bottom: y, height: y + 4, lanes,
    of: new Map(lanes.map((lane) => [lane.lane, lane])) };
};
