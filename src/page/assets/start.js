// Puts everything in its place. Until it has, tables stand in.
const copyLine = () => {
  const chosen = getSelection();
  chosen.selectAllChildren(by("line"));
  const selected = () => { by("copied").textContent = "selected: copy it with Ctrl+C"; };
  if (!navigator.clipboard) return selected();
  navigator.clipboard.writeText(by("line").textContent).then(
    () => { by("copied").textContent = "copied"; }, selected);
};
const onceResized = (draw) => {
  let width = innerWidth, asked = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(draw);
  });
};
const drawAll = () => {
  const width = onPaper() ? PAPER_WIDTH : Math.floor(by("detail").clientWidth);
  makePicture(width);
  drawView();
  drawOverview(width);
  drawCharts();
};
// Charts are slow to draw: they follow when the view has come to rest.
let resting = 0;
const follow = onceAFrame(() => {
  drawView();
  moveFrame();
  clearTimeout(resting);
  resting = setTimeout(redrawCharts, 120);
});
const start = () => {
  document.documentElement.classList.add("has-script");
  by("copy").hidden = false;
  by("copy").addEventListener("click", copyLine);
  for (const tables of document.querySelectorAll("details.stand-in")) tables.open = false;
  makeKey(drawView);
  makeControls();
  makeOverview();
  showFirst();
  drawAll();
  followers.push(follow);
  onceResized(drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  const paper = (on) => () => {
    document.documentElement.toggleAttribute("data-paper", on);
    drawAll();
  };
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
};
start();
