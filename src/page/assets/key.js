// Colours of messages: name, colour, words, kinds. What is unchecked is not drawn.
const KEY = [
  ["transfer", "blue", "log transfers", ["transfer"]],
  ["acknowledged", "sky", "acknowledgements", ["log_ack"]],
  ["data", "green", "CP data", ["cp_data"]],
  ["point", "purple", "CP begins, ends, is acknowledged", ["cp_begin", "cp_end", "cp_ack"]],
  ["nak", "vermilion", "NAKs, blocks asked for", ["nak", "nak_answer", "want", "wanted"]],
  ["session", "strong", "session", ["hello", "welcome", "deposed", "restarted", "in_sync", "in_sync_noted"]],
  ["beat", "grey", "heartbeats, waits", ["heartbeat", "heartbeat_answer", "wait"]],
];
const keyOf = new Map(KEY.flatMap(([name, , , kinds]) => kinds.map((kind) => [kind, name])));
const hidden = new Set();
const isShown = (span) => span.type !== "message" || !hidden.has(keyOf.get(span.what.kind));
const swatch = (shape) => {
  const svg = drawn("svg", { class: "swatch", width: 18, height: 12, "aria-hidden": "true" });
  svg.append(drawn(...shape));
  return svg;
};
const makeKey = (redraw) => {
  const present = new Set(SPANS.filter((s) => s.type === "message").map((s) => keyOf.get(s.what.kind)));
  for (const [name, , words] of KEY.filter(([name]) => present.has(name))) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", checked: true });
    box.dataset.kind = name;
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      redraw();
    });
    label.append(box, swatch(["line", { class: `m-${name}`, x1: 1, y1: 11, x2: 17, y2: 1 }]), words);
    item.append(label);
    by("key").append(item);
  }
  const plainItem = (shape, words) => {
    const item = document.createElement("li");
    item.append(swatch(shape), words);
    by("key").append(item);
  };
  const bar = (kind) => ["rect", { class: `r-${kind}`, y: 3, width: 18, height: 6 }];
  const asked = new Set(SPANS.filter((s) => s.type === "request").map((s) => s.what.kind));
  for (const [kind, words] of [["write", "write"], ["flush", "flush"], ["read", "read"]]) {
    if (asked.has(kind)) plainItem(bar(kind), `client's ${words}`);
  }
  plainItem(["rect", { class: "level", width: 18, height: 12 }], "in use");
  plainItem(["path", { class: "cross", d: "M5 2l8 8M13 2l-8 8" }], "lost");
  plainItem(["line", { class: "m-transfer again", x1: 1, y1: 11, x2: 17, y2: 1 }], "sent again");
  plainItem(["rect", { class: "band", width: 18, height: 12 }], "consistency point");
  if (SPELLS.some((s) => s.what.kind === "fault")) plainItem(["rect", { class: "fault", width: 18, height: 12 }], "fault");
  if (SPELLS.some((s) => s.what.kind !== "fault")) plainItem(["rect", { class: "apart", width: 18, height: 12 }], "out of sync, or down");
};
