// A column sorts the table, and once more the other way round.
const SIGNED = /^([\u2212-]?[\d.]+(?:e[\u2212-]?\d+)?)(?: (\S+))?$/;

// What a cell counts in base units; a word: the word; nothing: null.
function worth(cell) {
  const parts = SIGNED.exec(cell);
  if (cell === '') return null;
  if (!parts || (parts[2] && !(parts[2] in told.factors))) return cell;
  return Number(parts[1].replaceAll('\u2212', '-')) * (parts[2] ? told.factors[parts[2]] : 1);
}

// Numbers before words, and both before nothing.
const rank = value => value === null ? 2 : typeof value === 'string' ? 1 : 0;
function compare(one, other, way) {
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (one === other || one === null) return 0;
  return (one < other ? -1 : 1) * way;
}

[...table.tHead.rows[0].cells].forEach((head, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = head.textContent;
  head.replaceChildren(button);
  head.setAttribute('aria-sort', 'none');
  button.addEventListener('click', () => {
    const way = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.setAttribute('aria-sort', 'none');
    head.setAttribute('aria-sort', way > 0 ? 'ascending' : 'descending');
    const sorted = points.map(point => [worth(point.cells[column]), point]);
    sorted.sort(([one, { number }], [other, { number: second }]) =>
      compare(one, other, way) || number - second);
    body.append(...sorted.map(([, { row }]) => row));
  });
});
