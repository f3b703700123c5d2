// What comes as columns, as rows. Numbers come as differences, a column of equal cells as that
// cell, words as they are; null is nothing.
const summed = (column) => {
  let before = 0;
  return column.map((delta) => (delta === null ? null : (before += delta)));
};
const cells = (column, n) => {
  if (!Array.isArray(column)) return new Array(n).fill(column ?? null);
  return typeof column[0] === "string" ? column : summed(column);
};
const table = (columns, names) =>
  Object.fromEntries(names.map((name) => [name, cells(columns[name], columns.n)]));
const rows = (columns) => {
  const names = Object.keys(columns).filter((name) => name !== "n");
  const lists = names.map((name) => cells(columns[name], columns.n));
  return Array.from({ length: columns.n }, (_, i) =>
    Object.fromEntries(names.map((name, place) => [name, lists[place][i]])));
};

const SIMULATED = RUN.simulated_ns;
const LINE = RUN.timeline;
// A client's name, or its number.
const clientName = (number) => LINE.clients[number] || `client ${number}`;
const SIDES = ["source", "destination"];
const DEVICES = {
  append: "nvram", "log-write": "log", "log-read": "log",
  "page-write": "volume", "page-read": "volume", "pinned-read": "volume",
};

// Everything that can be pointed at: from when to when, in which lane, and what it is. What has no
// end lasts until the run does.
const spans = [];
const add = (type, lane, from, to, what) => spans.push({ type, lane, from, to: to ?? SIMULATED, what });
const later = (at, took) => (took === null || took === undefined ? null : at + took);
for (const group of LINE.requests) {
  for (const row of rows(group)) {
    add("request", `client-${row.client}`, row.at, later(row.at, row.took), row);
  }
}
for (const group of LINE.messages) {
  for (const row of rows(group)) {
    const ends = [row.departed, row.arrived, row.lost].filter((after) => typeof after === "number");
    add("message", "wan", row.at, ends.length > 0 ? row.at + Math.max(...ends) : null, row);
  }
}
for (const group of LINE.works) {
  for (const row of rows(group)) {
    // A read that a crash cut short may have been done long before: no fact tells.
    if (row.cut && row.told === 0 && row.kind.endsWith("read")) row.took = null;
    add("work", `${DEVICES[row.kind]}-${row.side}`, row.at, row.at + (row.took ?? 0), row);
  }
}
for (const row of rows(LINE.points)) {
  add("point", `point-${row.side}`, row.at, row.ended ?? row.committed, row);
}
for (const row of rows(LINE.pleas)) add("plea", "witness", row.at, row.told ?? row.answered ?? row.at, row);
for (const row of rows(LINE.marks)) add("mark", row.lane, row.at, row.at, row);
for (const row of RUN.violations) add("violation", "all", row.at, row.at, row);
const touches = (span) => span.from <= LINE.to && span.to >= LINE.from;
const SPELLS = rows(LINE.spells).map((row) => ({ type: "spell", lane: "all", from: row.at, to: row.ended ?? SIMULATED, what: row }));
spans.push(...SPELLS);
spans.sort((one, other) => one.from - other.from || one.to - other.to);
const SPANS = spans.filter(touches);
SPANS.forEach((span, number) => { span.number = number; });
