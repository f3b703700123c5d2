// Which number is shown: the one under the pointer, or the one that the arrow keys went to.
const tip = document.getElementById('tip');
const ring = document.createElementNS(svg.namespaceURI, 'rect');
ring.classList.add('ring');
svg.append(ring);
const unit = svg.viewBox.baseVal.width / svg.width.baseVal.value;
let shown = null;

const toDrawing = (x, y) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
const toScreen = ([x, y]) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
const candidates = () => points.filter(point => point.spot && isBright(point.of));

function hide() {
  shown = null;
  tip.hidden = true;
  ring.classList.remove('on');
}

function encircle(spot) {
  const radius = isArea(spot) ? unit : 7 * unit;
  const [left, top] = spot;
  const [right, bottom] = isArea(spot) ? spot.slice(2) : spot;
  const place = {
    x: left - radius, y: top - radius, rx: isArea(spot) ? 0 : radius,
    width: right - left + 2 * radius, height: bottom - top + 2 * radius,
  };
  for (const [name, value] of Object.entries(place)) ring.setAttribute(name, value);
  ring.classList.add('on');
}

function tell(point) {
  const name = document.createElement('strong');
  name.textContent = point.cells[0];
  const list = document.createElement('dl');
  point.cells.forEach((cell, place) => {
    if (place === 0 || cell === '') return;
    const [head, number] = ['dt', 'dd'].map(tag => document.createElement(tag));
    [head.textContent, number.textContent] = [heads[place], cell];
    list.append(head, number);
  });
  tip.replaceChildren(name, list);
}

function show(point) {
  if (point === shown) return;
  shown = point;
  encircle(point.spot);
  tell(point);
  tip.hidden = false;
  follow(point.spot);
}

// Puts the tip beside its mark.
function follow(spot) {
  const { x, y } = toScreen(middle(spot));
  const { width, height } = tip.getBoundingClientRect();
  const room = [document.documentElement.clientWidth, window.innerHeight];
  // Beside the mark where there is room, and never beyond the window.
  const left = x + 16 + width <= room[0] ? x + 16 : x - 16 - width;
  const top = y + 16 + height <= room[1] ? y + 16 : y - 16 - height;
  tip.style.left = `${Math.max(4, Math.min(left, room[0] - width - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(top, room[1] - height - 4))}px`;
}

svg.addEventListener('pointermove', event => {
  const { x, y } = toDrawing(event.clientX, event.clientY);
  const NEAR = 24;
  let [nearest, least] = [null, NEAR * unit];
  for (const point of candidates()) {
    const far = distance(point.spot, x, y);
    if (far < least) [nearest, least] = [point, far];
  }
  if (nearest) show(nearest);
  else hide();
});
svg.addEventListener('pointerleave', hide);
// The page scrolls by itself when the figure is focused: what is told then stays with its mark.
window.addEventListener('scroll', () => shown && follow(shown.spot), { passive: true });

// The nearest of the other series that lies on this side: up or down.
function beyond(from, way) {
  const [x, y] = middle(from.spot);
  let [nearest, least] = [null, Infinity];
  for (const point of candidates()) {
    const [across, down] = middle(point.spot);
    if (point.cells[0] === from.cells[0] || (down - y) * way <= 0) continue;
    const far = Math.abs(across - x) * 8 + Math.abs(down - y);
    if (far < least) [nearest, least] = [point, far];
  }
  return nearest;
}

function step(key) {
  const all = candidates();
  const from = shown && isBright(shown.of) ? shown : null;
  if (!from) return all[0];
  const own = all.filter(point => point.cells[0] === from.cells[0]);
  const place = own.indexOf(from);
  switch (key) {
    case 'ArrowRight': return own[place + 1];
    case 'ArrowLeft': return own[place - 1];
    case 'ArrowUp': return beyond(from, -1);
    case 'ArrowDown': return beyond(from, 1);
    case 'Home': return own[0];
    default: return own[own.length - 1];
  }
}

const KEYS = ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', 'Home', 'End'];
plot.addEventListener('keydown', event => {
  if (event.key === 'Escape') hide();
  if (event.target !== plot || !KEYS.includes(event.key)) return;
  event.preventDefault();
  const next = step(event.key);
  if (!next) return;
  // Into the box, if the drawing is wider than it.
  const [box, { x }] = [plot.getBoundingClientRect(), toScreen(middle(next.spot))];
  if (x < box.left + 40 || x > box.right - 40) plot.scrollLeft += x - (box.left + box.right) / 2;
  shown = null;
  show(next);
});
plot.addEventListener('blur', hide);
plot.addEventListener('scroll', () => shown && encircle(shown.spot), { passive: true });
body.addEventListener('pointerover', event => {
  const row = event.target.closest('tr');
  const point = points.find(point => point.row === row);
  if (point && point.spot) encircle(point.spot);
});
body.addEventListener('pointerleave', hide);
