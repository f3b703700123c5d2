// Whether there is anything.
const some = (value) => value !== null && value !== undefined;
// Numbers as people read them, in the words of the text report.
const scaled = (number, factor) => {
  const share = number / factor;
  return share.toFixed(share < 10 ? 2 : 1);
};
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const bytesWords = (number) => {
  let unit = 0;
  while (unit < 6 && number >= 2 ** (10 * (unit + 1))) unit += 1;
  return unit === 0 ? `${Math.round(number)} B` : `${scaled(number, 2 ** (10 * unit))} ${UNITS[unit]}`;
};
const spanWords = (nanos) => {
  if (nanos >= 3 * 3.6e12) return `${scaled(nanos, 3.6e12)} h`;
  const units = [[1e9, "s"], [1e6, "ms"], [1e3, "us"]];
  const found = units.find(([factor]) => nanos >= factor);
  return found ? `${scaled(nanos, found[0])} ${found[1]}` : `${Math.round(nanos)} ns`;
};
const countWords = (number) => Math.round(number).toLocaleString("en-US");
const several = (number, word) => `${countWords(number)} ${word}${number === 1 ? "" : "s"}`;
// A moment to the microsecond, or to the nanosecond where it has some.
const momentWords = (nanos) => {
  const whole = Math.floor(nanos / 1e9);
  const rest = String(Math.round(nanos - whole * 1e9)).padStart(9, "0");
  return `${whole}.${rest.endsWith("000") ? rest.slice(0, 6) : rest} s`;
};
// Numbers on an axis: no digits that say nothing.
const plain = (words) => words.replace(/\.(\d*?)0+(?=\D|$)/, (_, digits) => (digits ? `.${digits}` : ""));
const axisBytes = (number) => (number === 0 ? "0" : plain(bytesWords(number)));
const axisSpan = (nanos) => (nanos === 0 ? "0" : plain(spanWords(nanos)));
// 1, 2 or 5 times a power of ten, not below.
const roundStep = (least) => {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least * 0.999999);
};
// How a moment is written where marks are this far apart.
const tickWords = (nanos, step) => {
  const digits = Math.max(0, Math.min(9, 9 - Math.floor(Math.log10(step) + 1e-9)));
  return `${(nanos / 1e9).toFixed(digits)} s`;
};
