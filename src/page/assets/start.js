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
  drawCharts();
};
const start = () => {
  document.documentElement.classList.add("has-script");
  by("copy").hidden = false;
  by("copy").addEventListener("click", copyLine);
  for (const tables of document.querySelectorAll("details.stand-in")) tables.open = false;
  drawAll();
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
