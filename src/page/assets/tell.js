// What a span is, in words.
const from = (first, last) => (some(last) && last !== first ? `${first}–${last}` : `${first}`);
const AREAS = (level) => (!some(level) ? "" : level === 0 ? "bitmap " : `level ${level} `);
const writesWords = (row) => {
  if (!some(row.op)) return null;
  const name = clientName(row.client);
  if (row.until_client !== row.client) {
    return `writes ${name}#${row.op} to ${clientName(row.until_client)}#${row.until_op}`;
  }
  return `${row.op === row.until_op ? "write" : "writes"} ${name}#${from(row.op, row.until_op)}`;
};
const blocksWords = (row) => {
  if (!some(row.block)) return some(row.blocks) ? several(row.blocks, "block") : null;
  const many = row.until_block !== row.block ? "blocks" : "block";
  const volume = row.volume > 0 ? `volume ${row.volume} ` : "";
  const counted = (row.blocks ?? 0) > 1 ? ` (${countWords(row.blocks)})` : "";
  return `${volume}${AREAS(row.area)}${many} ${from(row.block, row.until_block)}${counted}`;
};
const NAMES = {
  transfer: (row) => `transfer ${row.first}`, cp_begin: () => "CP begins", cp_data: () => "CP data",
  cp_end: () => "CP ends", cp_ack: () => "CP acknowledged", log_ack: () => "acknowledgement",
  nak: () => "NAK", nak_answer: () => "answer to a NAK",
};
const messageWords = (span) => {
  const row = span.what;
  const name = (NAMES[row.kind] ?? (() => row.kind.replaceAll("_", " ")))(row);
  const head = `${name}${some(row.cp) ? ` of CP ${row.cp}` : ""}${row.purpose ? ` (${row.purpose})` : ""}`;
  const carries = [
    writesWords(row), blocksWords(row),
    row.fragments ? several(row.fragments, "fragment") : null,
    row.references ? `${countWords(row.references)} as references` : null,
    some(row.first) && row.kind !== "transfer" ? `transfers ${from(row.first, row.last)}` : null,
    some(row.through) ? `up to entry ${countWords(row.through)}` : null,
    some(row.generation) ? `reign ${row.generation}` : null,
    some(row.heartbeat) ? `number ${row.heartbeat}` : null,
  ];
  const times = [`sent ${momentWords(row.at)}`];
  if (row.departed > 0) times.push(`left ${spanWords(row.departed)} later`);
  if (some(row.arrived)) {
    const how = row.damaged ? "arrived damaged" : "arrived";
    times.push(`${how} ${momentWords(row.at + row.arrived)} (${spanWords(row.arrived)})`);
  }
  if (some(row.twice)) times.push(`again ${momentWords(row.at + row.twice)}`);
  if (some(row.lost)) times.push(`lost ${momentWords(row.at + row.lost)}: ${row.cause}`);
  if (!some(row.arrived) && !some(row.lost)) times.push("under way at the end");
  const more = [row.again ? "sent again" : null, row.bytes ? bytesWords(row.bytes) : null];
  return `${head}: ${[...carries, ...times, ...more].filter(Boolean).join(", ")}`;
};
const lasted = (span, done = "") => `${momentWords(span.from)}${done} to ${momentWords(span.to)} (${spanWords(span.to - span.from)})`;
const requestWords = (span) => {
  const row = span.what;
  const range = row.kind === "flush" ? `volume ${row.volume}`
    : `volume ${row.volume} bytes ${row.offset}–${row.offset + row.length - 1} (${bytesWords(row.length)})`;
  const answer = !some(row.took) ? "never answered" : row.refused ? "refused" : "answered";
  const more = [
    row.repeated ? `asked again ${row.repeated} times` : null,
    row.unheard ? `unheard ${row.unheard} times` : null,
  ].filter(Boolean);
  const when = some(row.took)
    ? `asked ${momentWords(row.at)}, ${answer} ${momentWords(span.to)} (${spanWords(row.took)})`
    : `asked ${momentWords(row.at)}, ${answer}`;
  return `${row.kind} ${clientName(row.client)}#${row.op}: ${[range, when, ...more].join(", ")}`;
};
const workWords = (span) => {
  const row = span.what;
  const many = row.count > 1;
  const about = [
    many ? `${countWords(row.count)} at once` : null,
    writesWords(row),
    some(row.first) ? `${row.last === row.first ? "transfer" : "transfers"} ${from(row.first, row.last)}` : null,
    some(row.block) ? blocksWords({ ...row, blocks: null }) : null,
    some(row.file) ? `file ${row.file}` : null,
    some(row.bytes) ? bytesWords(row.bytes) : null,
    some(row.took) ? lasted(span) : `since ${momentWords(span.from)}, its end is not known`,
    row.cut && some(row.took) ? "cut short" : null,
    some(row.took) && many && row.told < row.count ? `the end of ${countWords(row.count - row.told)} is not known` : null,
  ];
  const cp = some(row.cp) ? ` of CP ${row.cp}` : "";
  return `${SIDES[row.side]}, ${row.words}${cp}: ${about.filter(Boolean).join(", ")}`;
};
const pointWords = (span) => {
  const { cp, side, generation, what, committed, ended } = span.what;
  const ends = [
    `begun ${momentWords(span.from)}`,
    some(committed) ? `committed ${momentWords(committed)}` : null,
    some(ended) ? `over ${momentWords(ended)} (${spanWords(ended - span.from)})` : "given up, or the run ended before",
  ];
  const reign = generation > 1 ? ` of reign ${generation}` : "";
  return `CP ${cp}${reign} at the ${SIDES[side]} (${what}): ${ends.filter(Boolean).join(", ")}`;
};
const spellWords = (span) => {
  const { what, felt, ended } = span.what;
  const end = some(ended) ? lasted(span) : `from ${momentWords(span.from)} to the end of the run`;
  return `${what}: ${end}${some(felt) ? `, first felt ${momentWords(felt)}` : ""}`;
};
const WORDS = {
  message: messageWords, request: requestWords, work: workWords, point: pointWords, spell: spellWords,
  violation: (span) => `violation of ${span.what.what}, at ${momentWords(span.from)}`,
  mark: (span) => `${span.what.what}: ${momentWords(span.from)}`,
  plea: (span) => `${span.what.what}: ${lasted(span)}`,
};
const spanTold = (span) => WORDS[span.type](span);
