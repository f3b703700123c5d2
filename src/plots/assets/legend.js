// Entries of the legend are buttons: those that are pressed stay bright, the others dim.
const entries = [...svg.querySelectorAll('[data-entry]')];
const layers = [...svg.querySelectorAll('[data-of]')]
  .map(layer => [layer, layer.dataset.of.split(' ').filter(Boolean).map(Number)]);
const pressed = new Set();
const groupOf = new Map();
for (const { of } of points) of.forEach((entry, group) => groupOf.set(entry, group));

// Something is bright if of each group that it belongs to nothing is pressed, or its own entry is.
function isBright(of) {
  const asked = new Set([...pressed].map(entry => groupOf.get(entry)));
  return of.every(entry => !asked.has(groupOf.get(entry)) || pressed.has(entry))
    && (of.length > 0 || pressed.size === 0);
}

function dim() {
  for (const entry of entries) {
    const number = Number(entry.dataset.entry);
    entry.setAttribute('aria-pressed', pressed.has(number));
    entry.classList.toggle('dim', !isBright([number]));
  }
  for (const [layer, of] of layers) layer.classList.toggle('dim', !isBright(of));
  for (const { row, of } of points) row.classList.toggle('dim', !isBright(of));
}

for (const entry of entries) {
  const number = Number(entry.dataset.entry);
  entry.setAttribute('role', 'button');
  entry.setAttribute('tabindex', '0');
  entry.setAttribute('aria-pressed', 'false');
  const press = () => {
    if (!pressed.delete(number)) pressed.add(number);
    dim();
  };
  // Between sample and name there is room that belongs to both.
  const { x, y, width, height } = entry.getBBox();
  const pad = svg.viewBox.baseVal.width / 400;
  const key = document.createElementNS(svg.namespaceURI, 'rect');
  const place = { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad };
  for (const [name, value] of Object.entries(place)) key.setAttribute(name, value);
  key.classList.add('key');
  entry.prepend(key);
  entry.addEventListener('click', press);
  entry.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      press();
    }
  });
}
