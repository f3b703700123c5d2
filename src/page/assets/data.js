// Columns come as differences; null is nothing.
const summed = (column) => {
  let before = 0;
  return column.map((delta) => (delta === null ? null : (before += delta)));
};
const columns = (table) =>
  Object.fromEntries(Object.entries(table).map(([name, column]) => [name, summed(column)]));
const SIMULATED = RUN.simulated_ns;
