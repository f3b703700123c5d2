// What a figure holds: rows of the table, and where each stands in the drawing.
const told = JSON.parse(document.getElementById('data').textContent);
const plot = document.getElementById('plot');
const svg = plot.querySelector('svg');
const table = document.getElementById('numbers');
const body = table.tBodies[0];
const heads = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
// Entries of the legend that a row is of: the first is of the first group of entries, and so on.
const entriesOf = told.of.flatMap(([count, entries]) => Array(count).fill(entries));
const points = [...body.rows].map((row, number) => ({
  row,
  number,
  cells: [...row.cells].map(cell => cell.textContent.trim()),
  spot: told.spots[number],
  of: entriesOf[number],
}));
// Whose numbers they are is read out with them.
svg.setAttribute('role', 'group');
for (const hint of document.querySelectorAll('.hint')) hint.hidden = false;

// The middle of a place, and how far a point is from it: zero within an area.
const isArea = spot => spot.length === 4;
const middle = spot => isArea(spot) ? [(spot[0] + spot[2]) / 2, (spot[1] + spot[3]) / 2] : spot;
function distance(spot, x, y) {
  const [left, top] = spot;
  const [right, bottom] = isArea(spot) ? spot.slice(2) : spot;
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}
