// The stretch of time in view; it stays within the window that the page has data of.
const view = { from: LINE.from, to: LINE.to };
const followers = [];
const SHORTEST = Math.min(200, LINE.to - LINE.from);
const shownRange = () => [view.from, view.to];
const setView = (from, to) => {
  const length = Math.min(Math.max(to - from, SHORTEST), LINE.to - LINE.from);
  const middle = (from + to) / 2;
  const start = Math.min(Math.max(middle - length / 2, LINE.from), LINE.to - length);
  view.from = start;
  view.to = start + length;
  for (const follow of followers) follow();
};
const isWhole = () => view.to - view.from >= (LINE.to - LINE.from) * 0.999999;
const viewLength = () => view.to - view.from;
// Closer (below 1) or farther by a factor, around a moment.
const zoom = (factor, at = (view.from + view.to) / 2) => {
  const length = Math.min(Math.max(viewLength() * factor, SHORTEST), LINE.to - LINE.from);
  const share = (at - view.from) / viewLength();
  setView(at - share * length, at + (1 - share) * length);
};
// By a share of what is in view.
const pan = (share) => setView(view.from + share * viewLength(), view.to + share * viewLength());
const showAll = () => setView(LINE.from, LINE.to);
// So that a span is in view, at a length at which it can be seen.
const reveal = (span) => {
  const length = viewLength();
  if (span.from >= view.from && Math.min(span.to, span.from + length) <= view.to) return;
  setView(span.from - length / 4, span.from + (length * 3) / 4);
};
const closer = (span) => {
  const length = Math.max((span.to - span.from) * 3, 2000);
  const middle = (span.from + span.to) / 2;
  setView(middle - length / 2, middle + length / 2);
};
// At first: all there is; where arrows would hide one another, what lies around what matters most: what
// was violated, else the first loss or fault, else the first consistency point.
const CROWDED = 250;
const flights = SPANS.filter((s) => s.type === "message" && s.what.arrived > 0).map((s) => s.what.arrived);
flights.sort((one, other) => one - other);
const first = (test) => SPANS.find((span) => test(span) && span.from >= LINE.from);
const showFirst = () => {
  const flight = flights[Math.floor(flights.length / 2)];
  const lost = first((s) => s.type === "message" && typeof s.what.lost === "number");
  const fault = SPELLS.find((s) => s.what.kind === "fault" && s.from >= LINE.from && s.from <= LINE.to);
  const wrong = !lost || (fault && fault.from < lost.from) ? fault : lost;
  const matters = first((s) => s.type === "violation") ?? wrong ?? first((s) => s.type === "point") ?? SPANS[0];
  if (!flight || !matters || flights.length <= CROWDED) return showAll();
  setView(matters.from - flight * 2, matters.from + flight * 8);
};
// Draws once, however often it is asked to before the next frame.
const onceAFrame = (draw) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; draw(); });
  };
};
