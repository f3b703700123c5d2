// Pointers, wheel, keys and buttons.
const inPicture = (event) => {
  const box = by("lanes").getBoundingClientRect();
  return [event.clientX - box.left - place.gutter, event.clientY - box.top];
};
const hint = (event) => {
  const box = by("hint");
  const [x, y] = inPicture(event);
  const hit = x < 0 ? null : hitAt(x, y);
  box.hidden = !hit;
  if (!hit) return;
  const more = hit.count > 1 ? ` (and ${several(hit.count - 1, "more")} here: zoom in)` : "";
  box.textContent = spanTold(hit.span) + more;
  box.dataset.span = hit.span.number;
  const room = document.documentElement.clientWidth;
  box.style.left = `${Math.max(8, Math.min(event.clientX + 14, room - box.offsetWidth - 8))}px`;
  box.style.top = `${event.clientY + 18}px`;
};
const focusOn = (span) => {
  focused = span;
  if (span) reveal(span);
  by("told").textContent = span ? spanTold(span) : "";
  drawFocus();
};
// The next or previous span that is shown, from the one in focus or from the edge of the view.
const step = (ways) => {
  const list = SPANS.filter(isShown);
  const now = focused ? list.indexOf(focused) : -1;
  const first = ways > 0 ? list.findIndex((span) => span.from >= view.from) : list.findLastIndex((span) => span.from <= view.to);
  const next = now < 0 ? list[first] : list[now + ways];
  if (next) focusOn(next);
};
const KEYS = {
  "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), _: () => zoom(2),
  ArrowLeft: () => pan(-0.25), ArrowRight: () => pan(0.25),
  Home: () => setView(LINE.from, LINE.from + viewLength()),
  End: () => setView(LINE.to - viewLength(), LINE.to),
  0: showAll, n: () => step(1), p: () => step(-1),
  Enter: () => (focused ? closer(focused) : step(1)),
  Escape: () => focusOn(null),
};
const pressed = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
};
const wheeled = (event) => {
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
  const turn = sideways ? event.deltaX || event.deltaY : event.deltaY;
  // All there is is in view: the wheel turns the page.
  if (isWhole() && (sideways || turn > 0)) return;
  event.preventDefault();
  if (sideways) pan(turn / place.plot);
  else zoom(2 ** (Math.max(-200, Math.min(200, turn)) / 200), toTime(inPicture(event)[0]));
};
const fingers = new Map();
const moved = (event) => {
  if (!fingers.has(event.pointerId)) return hint(event);
  const before = fingers.get(event.pointerId);
  fingers.set(event.pointerId, event.clientX);
  const others = [...fingers].filter(([id]) => id !== event.pointerId);
  if (others.length === 0) return pan((before - event.clientX) / place.plot);
  const other = others[0][1];
  const [was, is] = [Math.abs(before - other), Math.abs(event.clientX - other)];
  const left = by("lanes").getBoundingClientRect().left + place.gutter;
  if (was > 8 && is > 8) zoom(was / is, toTime((event.clientX + other) / 2 - left));
};
const makeControls = () => {
  const detail = by("detail");
  detail.addEventListener("keydown", pressed);
  detail.addEventListener("wheel", wheeled, { passive: false });
  detail.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, event.clientX);
    detail.setPointerCapture(event.pointerId);
    hint(event);
  });
  detail.addEventListener("pointermove", moved);
  for (const end of ["pointerup", "pointercancel"]) {
    detail.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  detail.addEventListener("pointerleave", () => { by("hint").hidden = true; });
  const buttons = {
    "zoom-in": KEYS["+"], "zoom-out": KEYS["-"], earlier: KEYS.ArrowLeft, later: KEYS.ArrowRight,
    all: showAll, previous: KEYS.p, next: KEYS.n,
  };
  for (const [id, act] of Object.entries(buttons)) by(id).addEventListener("click", act);
};
