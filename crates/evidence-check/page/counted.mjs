// Where a published report counts a complaint: the same steps as `redress check FILE --receipt RECEIPT`. Goes on from
// check.mjs, in the same module: the page has both, one after the other.

const COUNTED_KIND = "a proof of where a published report counts a complaint";
const COUNTED_HEADER = "redress/counted-proof@v1";
/** The tables a report can have, in their order: name, what is counted, and whether a complaint can be in several rows. */
const COUNTED_TABLES = [
  ["received-by-product", "received", false], ["received-by-sub-product", "received", false],
  ["received-by-issue", "received", false], ["received-by-sub-issue", "received", false],
  ["received-by-month", "received", false], ["received-by-right", "received", true],
  ["received-by-channel", "received", false], ["received-by-region", "received", false],
  ["received-by-respondent", "received", false], ["disputed", "received", false],
  ["platform-response", "imported", false], ["platform-timely", "imported", false],
  ["ended-by-product", "ended", false], ["ended-by-outcome", "ended", false],
  ["ended-by-cause-family", "ended", false], ["ended-by-root-cause", "ended", false],
  ["answered-by-band", "answered", false],
  ["received-by-language", "received", false], ["received-by-missed-limit", "received", true],
  ["received-by-vulnerability", "received", true], ["received-by-link", "received", true],
  ["answered-by-pause", "answered", true], ["referred-by-body", "referred", true],
  ["decided-outside-by-result", "decided-outside", true], ["decided-outside-by-overturned", "decided-outside", true],
];
/** The forms, and how many of these tables each can have: the one before had the first of them only. */
const COUNTED_FORMS = { "redress-counted/2": COUNTED_TABLES.length, "redress-counted/1": 17 };
/** The tables that every report with complaints received has: each complaint has a day and a channel. */
const COUNTED_ALWAYS = ["received-by-month", "received-by-channel"];
/** The values of the tables that have a closed list of them. */
const YES_NO = ["yes", "no"];
const COUNTED_CODES = {
  "received-by-right": ["safety", "information", "choice", "fair-dealing", "redress", "association", "education", "dignity",
    "personal-information", "supervision"],
  "received-by-channel": ["phone", "email", "web", "app", "letter", "fax", "in-person", "branch", "social-media", "chat",
    "regulator-platform", "referral"],
  disputed: YES_NO,
  "platform-response": ["closed-with-monetary-relief", "closed-with-non-monetary-relief", "closed-with-relief", "closed-without-relief",
    "closed-with-explanation", "closed", "in-progress", "untimely-response"],
  "platform-timely": YES_NO,
  "ended-by-outcome": ["upheld", "partly-upheld", "not-upheld", "goodwill", "out-of-scope", "withdrawn"],
  "received-by-vulnerability": ["health", "life-events", "resilience", "capability"],
  "received-by-link": ["duplicate", "joint", "related"],
  "answered-by-pause": ["expert-examination", "recusal-decision", "waiting-for-complainant", "waiting-for-third-party"],
  "decided-outside-by-result": ["settled", "for-complainant", "partly-for-complainant", "for-respondent", "outside-jurisdiction",
    "discontinued"],
  "decided-outside-by-overturned": YES_NO,
};
/** The upper ends of the bands of days, included; the last band has none. */
const BAND_ENDS = ["3", "5", "15", "30", "56", "60"];
/** So often a complaint is looked for in one table. */
const MENTIONS_MAX = 64;

// -------------------------------------------------------------------------------------- the files in it

function parseCountedProof(bytes) {
  const lines = reader(bytes);
  if (lines.next(`\`${COUNTED_HEADER}\``) !== COUNTED_HEADER) lines.wrong(`\`${COUNTED_HEADER}\``);
  const enclosed = (name, expected) => {
    const line = lines.next(expected);
    const found = line.startsWith(`${name} `) ? fromBase64(line.slice(name.length + 1)) : null;
    if (!found) lines.wrong(expected);
    text(found, `line ${lines.number}`);
    return found;
  };
  const files = enclosed("files", "`files` and a list of files in base64");
  const figures = enclosed("figures", "`figures` and figures in base64");
  const counted = enclosed("counted", "`counted` and tables in base64");
  const expected = "`mention` with table, number and place, a hash of the last mention's proof, or an empty line";
  const mentions = [];
  for (;;) {
    const line = lines.next(expected);
    if (line === "") break;
    if (line.startsWith("mention ")) {
      const parts = line.slice(8).split(" ");
      const [number, place] = [decimal(parts[1] ?? ""), decimal(parts[2] ?? "")];
      if (mentions.length === MENTIONS_MAX * COUNTED_TABLES.length) lines.wrong("an empty line, for no complaint is mentioned so often");
      if (parts.length !== 3 || number === null || number >= 1n << 32n || place === null) lines.wrong(expected);
      mentions.push({ table: parts[0], number, place, hashes: [] });
    } else {
      const last = mentions.at(-1) ?? lines.wrong(expected);
      if (last.hashes.length === 63) lines.wrong("at most 63 hashes, for no tree needs more");
      last.hashes.push(hashOf(line) ?? lines.wrong(expected));
    }
  }
  return { files, figures, counted, mentions, proof: parseLogProof(lines.rest()) };
}

/** JSON with its spaces, as a file for people has it. */
function pretty(value, indent = "") {
  const inner = `${indent}  `;
  const whole = (open, items, close) => (items.length === 0 ? open + close
    : `${open}\n${items.map((item) => inner + item).join(",\n")}\n${indent}${close}`);
  if (Array.isArray(value)) return whole("[", value.map((item) => pretty(item, inner)), "]");
  if (!isObject(value)) return typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return whole("{", Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, inner)}`), "}");
}

const isNamed = ({ kind, code }) => (kind === "value" ? isText(code) : ["not-stated", "pooled"].includes(kind) && code === undefined);
const isName = (value) => isOf(value, ["kind", "code?"]) && isText(value.kind);
const isRow = (row) => isOf(row, ["kind", "code?", "parent?", "count"]) && isText(row.kind) && isNumber(row.count)
  && (!Object.hasOwn(row, "code") || isText(row.code)) && (!Object.hasOwn(row, "parent") || isName(row.parent));
const isTable = (table) => isOf(table, ["id", "population", "is_once", "mentions", "root", "rows"])
  && isText(table.id) && isText(table.population) && typeof table.is_once === "boolean" && isNumber(table.mentions)
  && isHex(table.root, 32) && Array.isArray(table.rows) && table.rows.every(isRow);

/** The days that a row of months stands for: `2014-10`, `2014-10..2014-12` or `2014-10-01..2014-10-17`. */
function spanOf(code) {
  const [first, last = first, ...more] = code.split("..");
  if (more.length > 0) return null;
  const isDays = first.length === 10 && last.length === 10 && code.includes("..");
  if (!isDays && first === last && code.includes("..")) return null;
  const days = isDays ? [first, last] : [`${first}-01`, `${last}-01`];
  if (!days.every(isDay)) return null;
  if (!isDays) days[1] = lastOfMonth(days[1]);
  return days[0] <= days[1] ? days : null;
}

function lastOfMonth(day) {
  const time = new Date(`${day}T00:00:00Z`);
  time.setUTCMonth(time.getUTCMonth() + 1, 0);
  return time.toISOString().slice(0, 10);
}

/** `0-3`, `31-60`, `61+`: bands that lie beside each other may be told together. */
function isBand(code) {
  const [, first, last] = /^([0-9]+)(?:-([0-9]+)|\+)$/.exec(code) ?? [];
  const begins = ["0", ...BAND_ENDS.map((end) => String(Number(end) + 1))].includes(first);
  return begins && (last === undefined || (BAND_ENDS.includes(last) && Number(first) <= Number(last)));
}

/** Refuses a row that stands for what its table does not have, or a month out of order. */
function holdCodes({ id, rows }) {
  let before = "";
  for (const { code } of rows) {
    if (code === undefined) continue;
    const wrong = (expected) => fail(`expected rows of \`${id}\` for ${expected}, found \`${code}\``);
    if (id === "received-by-month") {
      const days = spanOf(code) ?? wrong("months or days such as 2026-03");
      if (days[0] <= before) wrong("months that follow one another");
      [, before] = days;
    } else if (id === "answered-by-band") {
      if (!isBand(code)) wrong("days such as 4-5 or 61+");
    } else if (Object.hasOwn(COUNTED_CODES, id) && !COUNTED_CODES[id].includes(code)) {
      wrong(`one of ${COUNTED_CODES[id].join(", ")}`);
    }
  }
}

function parseCountedTables(bytes) {
  const [form] = Object.keys(COUNTED_FORMS);
  const tables = readJson(bytes, "counted.json", true);
  if (!isOf(tables, ["format", "report", "tables"]) || !Object.hasOwn(COUNTED_FORMS, tables.format) || !isText(tables.report)
    || !Array.isArray(tables.tables) || !tables.tables.every(isTable)) {
    fail(`expected the tables of a report in the form ${form}, found something else`);
  }
  if (!same(utf8.encode(`${pretty(tables)}\n`), bytes)) {
    fail("expected the tables of a report in the one way they are written, found another");
  }
  let before = -1;
  for (const table of tables.tables) {
    const place = COUNTED_TABLES.findIndex(([id]) => id === table.id);
    const [, population, isMultiple] = COUNTED_TABLES[place] ?? [];
    if (place <= before || place >= COUNTED_FORMS[tables.format] || table.population !== population || table.is_once !== (population !== "ended" && !isMultiple)) {
      fail(`expected tables that a report has, in their order and with what they count, found \`${table.id}\``);
    }
    before = place;
    const names = new Set(table.rows.map(({ kind, code, parent }) => JSON.stringify([parent?.kind, parent?.code, kind, code])));
    if (names.size < table.rows.length || !table.rows.every((row) => isNamed(row) && (row.parent === undefined || isNamed(row.parent)))) {
      fail(`expected rows of \`${table.id}\` that stand for a value, for none stated or for several, each for another, found others`);
    }
    holdCodes(table);
    if (table.rows.reduce((sum, { count }) => sum + count, 0n) !== table.mentions) {
      fail(`expected rows of \`${table.id}\` that come to ${table.mentions} mentions, found others`);
    }
  }
  return tables;
}

const DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
/** A time as redress writes it: in UTC, to the millisecond, so that the order of letters is that of time. */
const INSTANT = new RegExp(`^(${DAY})T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$`);
const isInstant = (time) => isText(time) && INSTANT.test(time) && !Number.isNaN(Date.parse(time));

/** The list of a report's files: each name once, and in order. Gives the digests by name. */
function parseFileList(bytes) {
  const lines = text(bytes, "the list of files").split(/(?<=\n)/).filter((line) => line !== "");
  const files = new Map();
  let before = new Uint8Array();
  lines.forEach((line, i) => {
    const [, digests, name] = /^([0-9a-f]{64}) {2}([^\p{Cc}]+)\n$/u.exec(line) ?? [];
    const isName = name !== undefined && name.split("/").every((part) => !["", ".", ".."].includes(part));
    if (!isName || !isAfter(utf8.encode(name), before)) {
      fail(`line ${i + 1}: expected a SHA-256, two blanks and a name that comes after the one before it`);
    }
    files.set(name, digests);
    before = utf8.encode(name);
  });
  return files;
}

/** Whether bytes come after others, one by one. */
function isAfter(bytes, before) {
  const at = bytes.findIndex((byte, i) => byte !== before[i]);
  return at >= 0 && (at >= before.length || bytes[at] > before[at]);
}

/** Holds the figures to what the record says of them. */
function holdToRecord(report, { period, cutoff, flow }) {
  if (period.first_day !== report.first_day || period.last_day !== report.last_day) {
    fail(`expected figures of ${report.first_day} to ${report.last_day}, found those of ${period.first_day} to ${period.last_day}`);
  }
  if (cutoff.tree_size !== report.size || cutoff.root !== report.root) {
    fail(`expected figures counted from ${report.size} records with the root ${report.root}, found ${cutoff.tree_size} with ${cutoff.root}`);
  }
  const { balance } = report;
  if (balance && (balance.at_start !== flow.outstanding_at_start || balance.came !== flow.received + flow.reopened
    || balance.went !== flow.closed + flow.withdrawn || balance.at_end !== flow.outstanding_at_end)) {
    fail("expected figures that came to what the record says, found others");
  }
  if (flow.received > report.size) {
    fail(`expected at most ${report.size} complaints received, for each has a record, found ${flow.received}`);
  }
}

/** Holds the figures to the record, and the tables to the figures: every table of the report, with the same rows, and nobody
 *  missing. Gives when the last of the records that were counted was recorded, and how small a published cell can be. */
function holdToFigures(report, tables, bytes) {
  const figures = readJson(bytes, "report.json", true);
  const sums = ["outstanding_at_start", "received", "reopened", "closed", "withdrawn", "outstanding_at_end"];
  const isFigures = isObject(figures) && isObject(figures.flow) && sums.every((sum) => isNumber(figures.flow[sum]))
    && isObject(figures.period) && [figures.period.first_day, figures.period.last_day].every(isText)
    && isObject(figures.cutoff) && isNumber(figures.cutoff.tree_size) && isText(figures.cutoff.root)
    && isInstant(figures.cutoff.recorded_at)
    && ((figures.disclosure ?? null) === null || (isObject(figures.disclosure) && isNumber(figures.disclosure.min_cell))) && Array.isArray(figures.tables)
    && figures.tables.every((table) => isObject(table) && isText(table.id) && isText(table.population)
      && typeof table.is_multiple === "boolean" && isNumber(table.total) && Array.isArray(table.rows)
      && table.rows.every((row) => isObject(row) && isText(row.kind) && isNumber(row.count)));
  if (!isFigures) fail("expected the figures of a report");
  holdToRecord(report, figures);
  if (figures.tables.length !== tables.tables.length) {
    fail(`expected ${figures.tables.length} tables, found ${tables.tables.length}`);
  }
  figures.tables.forEach((theirs, i) => {
    const ours = tables.tables[i];
    const isMultiple = COUNTED_TABLES.find(([id]) => id === theirs.id)?.[2];
    const sameRow = (row, our) => row.kind === our.kind && (row.code ?? null) === (our.code ?? null) && row.count === our.count
      && (row.parent?.kind ?? null) === (our.parent?.kind ?? null) && (row.parent?.code ?? null) === (our.parent?.code ?? null);
    if (isMultiple !== theirs.is_multiple || theirs.id !== ours.id || theirs.population !== ours.population
      || theirs.total !== ours.mentions || theirs.rows.length !== ours.rows.length
      || !theirs.rows.every((row, at) => sameRow(row, ours.rows[at]))) {
      fail(`expected ${theirs.id} as the figures have it, found it otherwise`);
    }
    if (theirs.population === "received" && !theirs.is_multiple && theirs.total !== figures.flow.received) {
      fail(`expected ${figures.flow.received} complaints in ${theirs.id}, as many as were received, found ${theirs.total}`);
    }
    holdToSmallest(ours, figures.disclosure?.min_cell ?? 0n);
  });
  const lacks = COUNTED_ALWAYS.find((id) => !tables.tables.some((table) => table.id === id));
  if (lacks && figures.flow.received > 0n) fail(`the report has no table ${lacks}, which no complaint is without`);
  return { until: figures.cutoff.recorded_at, minCell: figures.disclosure?.min_cell };
}

/** Refuses a row that tells of few, though not together with others. Nobody is in an empty one; and of months and days, which
 *  are told together with their neighbours, one row is all of them. */
function holdToSmallest({ id, rows }, minCell) {
  if (["received-by-month", "answered-by-band"].includes(id) && rows.length === 1) return;
  const small = rows.find(({ kind, count }) => kind !== "pooled" && count > 0n && count < minCell);
  if (small) fail(`expected rows of ${id} with ${minCell} complaints at least, found one of ${small.count}, not told together with others`);
}

// ------------------------------------------------------------------------------------- report and receipt

function isDay(day) {
  if (!new RegExp(`^${DAY}$`).test(day)) return false;
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

/** What a record says was published. */
function reportOf(record) {
  if (record.type !== "report.published.v1") fail(`expected report.published.v1, found ${record.type}`);
  const report = isObject(record.data) ? record.data.report : null;
  if (!isObject(report) || ![report.kind, report.first_day, report.last_day, report.root, report.digest].every(isText)
    || !isNumber(report.size)) {
    fail("expected what was published, found something else");
  }
  for (const day of [report.first_day, report.last_day]) {
    if (!isDay(day)) fail(`expected a day such as 2026-03-31, found ${day}`);
  }
  if (report.last_day < report.first_day) fail(`expected a last day from ${report.first_day} on, found ${report.last_day}`);
  const { balance = null } = report;
  if (balance !== null && !(isObject(balance) && [balance.at_start, balance.came, balance.went, balance.at_end].every(isNumber))) {
    fail("expected what its complaints come to, found something else");
  }
  return report;
}

/** What the first record of a complaint says of it that no later one takes back: which populations it is of, and in which
 *  tables it has a value. */
function statesOf({ source, channel, matter, region, language, respondent }) {
  const kind = isObject(source) ? source.kind : undefined;
  const stated = [
    ["received-by-product", "a product", matter], ["received-by-region", "a region", region],
    ["received-by-respondent", "a company", respondent], ["received-by-language", "a language", language],
    ["received-by-missed-limit", "that it was made to us", kind === "direct" ? kind : null],
  ];
  const isOf = (population) => population === "received" || (population === "imported" && kind === "imported");
  return { isOf, channel: isText(channel) ? channel : null, tables: stated.filter(([,, value]) => (value ?? null) !== null) };
}

/** A complaint, as the holder of its receipt can look for it. */
async function mineOf({ receipt, nonce }, policy) {
  const steps = new Steps();
  const { kind } = await checkLogProof(steps, receipt, policy, nonce);
  const failed = steps.steps.find(({ verdict }) => verdict === "fails");
  if (failed) fail(`expected that ${failed.claim}; ${failed.at}: ${failed.why}`);
  if (kind !== "a receipt") fail(`expected a receipt, found ${kind}`);
  const proof = parseLogProof(receipt);
  const enclosure = await parseEnclosure(proof.extra);
  const record = parseRecord(utf8.encode(enclosure.record));
  const day = isInstant(record.occurred_at) && isInstant(record.recorded_at) && INSTANT.exec(record.occurred_at)[1];
  if (!day || !isDay(day) || !isObject(record.data)) fail("the receipt cannot be read");
  const [secret, leaf] = [fromHex(enclosure.receipt, 32), await leafHash(utf8.encode(enclosure.record))];
  const open = steps.steps.filter(({ verdict }) => verdict === "open");
  const tag = (report, table, number) => hmac(secret, framed(utf8.encode("cl/tag/v1"), utf8.encode(report),
    utf8.encode(number === 0n ? table : `${table}#${number}`), leaf));
  return { tag, open, states: statesOf(record.data), position: proof.index, stream: record.stream, received: day, recorded: record.recorded_at, accepted: await accept(policy, proof.note) };
}

// ----------------------------------------------------------------------------------------------- the check

async function checkCounted(steps, bytes, policy, brought) {
  const proof = await steps.take("proof", "it is a proof of where a complaint is counted", () => parseCountedProof(bytes));
  const published = proof && await publishedIn(steps, proof, policy);
  const held = published && await tablesIn(steps, proof, published.report);
  if (held) {
    const mine = await steps.take("receipt", "it is the receipt of a complaint", () => mineOf(brought, policy));
    if (mine) {
      await introduce(steps, mine, published.accepted);
      await mentionsIn(steps, proof, published.report, held, mine);
    }
  }
  return { ...steps.done(COUNTED_KIND), takesNonce: true };
}

async function publishedIn(steps, { proof }, policy) {
  const enclosure = await steps.take("extra", "the record is there",
    () => parseEnclosure(proof.extra ?? fail("it encloses no record")));
  if (!enclosure) return undefined;
  const bytes = utf8.encode(enclosure.record);
  const accepted = await steps.take("inclusion", "those whom the policy names have signed that the record is in the log",
    async () => {
      const signed = await accept(policy, proof.note);
      await verifyInclusion(await leafHash(bytes), proof.index, signed.size, proof.hashes, signed.root);
      return signed;
    });
  if (!accepted) return undefined;
  steps.accepted(accepted);
  const record = await steps.take("extra", "the record can be read", () => parseRecord(bytes));
  const report = record && await steps.take("extra", "it says that a report was published", () => reportOf(record));
  if (!report) return undefined;
  steps.facts.push(["report", `${report.kind}, ${report.first_day} to ${report.last_day}`]);
  return { report, accepted };
}

/** The tables among the files that were published, held to its figures. */
async function tablesIn(steps, { files, figures, counted }, report) {
  const isTheirs = await steps.take("files", "it is the list of the files that were published", async () => {
    const found = hex(await sha256(files));
    if (found !== report.digest) fail(`expected the list with the SHA-256 ${report.digest}, found ${found}`);
  });
  if (!isTheirs) return undefined;
  const list = await steps.take("files", "each file stands in it once", () => parseFileList(files));
  if (!list) return undefined;
  for (const [name, file] of [["report.json", figures], ["counted.json", counted]]) {
    const isListed = await steps.take("files", `${name} is one of them`, async () => {
      if (list.get(name) !== hex(await sha256(file))) fail("no line of it has the SHA-256 of this one");
    });
    if (!isListed) return undefined;
  }
  const tables = await steps.take("counted.json", "the tables can be read", () => parseCountedTables(counted));
  const isOfReport = tables && await steps.take("counted.json", "they are those of this report", async () => {
    const { kind, first_day, last_day, size, root } = report;
    const expected = `${kind}/${first_day}..${last_day}/${size}/${root}/${hex(await sha256(figures))}`;
    if (tables.report !== expected) fail(`expected the tables of ${expected}, found those of ${tables.report}`);
  });
  const held = isOfReport && await steps.take("counted.json", "their rows are those of the report's figures",
    () => holdToFigures(report, tables, figures));
  if (!held) return undefined;
  if (held.minCell !== undefined) {
    steps.facts.push(["smallest cell", held.minCell <= 1n ? "1 complaint: nothing is told together because it is small"
      : `${held.minCell} complaints: what has fewer is told together with others`]);
  }
  return { tables, until: held.until };
}

/** Says whose complaint is looked for, and what its receipt leaves open. */
async function introduce(steps, mine, theirs) {
  steps.facts.push(["complaint", `${mine.stream}, received ${mine.received}`]);
  steps.steps.push(...mine.open);
  const ours = mine.accepted;
  const claim = "receipt and report are of one history";
  if (theirs.origin !== ours.origin) {
    await steps.take("receipt", claim, () => fail(`the one is of ${ours.origin}, the other of ${theirs.origin}`));
  } else if (theirs.size === ours.size) {
    await steps.take("receipt", claim, () => { if (!same(theirs.root, ours.root)) fail("their roots differ"); });
  } else if (!theirs.cosigned.some(({ key }) => ours.cosigned.some((other) => same(other.key.key, key.key)))) {
    steps.open("receipt", claim, "a witness that has signed both, or a receipt issued anew under the checkpoint of the "
      + `report's proof: the one is of ${ours.size}, the other of ${theirs.size} records`);
  }
}

/** Mentions have one order: that of the tables, and of their numbers in each. */
function holdInOrder(mentions, tables) {
  let [before, expected] = [-1, 0n];
  for (const { table, number } of mentions) {
    const place = tables.tables.findIndex(({ id }) => id === table);
    if (place < 0) fail(`there is no table ${table}`);
    if (place < before || number !== (place === before ? expected : 0n) || number >= MENTIONS_MAX) fail(`mention ${number} of ${table} is out of place`);
    [before, expected] = [place, number + 1n];
  }
  if (mentions.length === 0) fail("it has no mention");
}

/** The row of a mention, if its tag is that of the complaint and in the tree of its table. */
async function rowOf(tables, { table: id, number, place, hashes }, mine) {
  const table = tables.tables.find((known) => known.id === id);
  let [row, end] = [0, 0n];
  for (; row < table.rows.length; row += 1) {
    end += table.rows[row].count;
    if (place < end) break;
  }
  if (row === table.rows.length) fail(`there is no place ${place} in it`);
  const leaf = await leafHash(join([1], be(row, 4), await mine.tag(tables.report, id, number)));
  await verifyInclusion(leaf, place, table.mentions, hashes, fromHex(table.root, 32));
  return row;
}

function inWords({ kind, code, parent, count }) {
  const named = (name) => (name.kind === "value" ? name.code : name.kind === "not-stated" ? "(not stated)" : "(told together with others)");
  const words = named({ kind, code });
  return `${parent && parent.kind !== "pooled" ? `${named(parent)} / ${words}` : words}: one of ${count}`;
}

async function mentionsIn(steps, { mentions }, report, { tables, until }, mine) {
  const claim = "it mentions the complaint in tables of the report, in their order";
  if (!await steps.take("proof", claim, () => holdInOrder(mentions, tables))) return;
  const rows = [];
  for (const mention of mentions) {
    try { rows.push({ row: await rowOf(tables, mention, mine) }); } catch (error) { rows.push({ why: error.message }); }
  }
  if (rows.every(({ why }) => why !== undefined)) {
    await steps.take("proof", "it is about the complaint of this receipt",
      () => fail("none of its mentions is of the complaint of this receipt"));
    return;
  }
  const found = [];
  const told = new Map();
  for (const table of tables.tables) {
    const here = rows.filter((_, i) => mentions[i].table === table.id);
    if (here.length === 0) continue;
    const isCounted = await steps.take("mention", `the complaint is counted in ${table.id}`, () => {
      if (table.is_once && here.length > 1) fail(`expected it once, found it ${here.length} times`);
      here.forEach(({ why }) => { if (why !== undefined) fail(why); });
    });
    if (isCounted) here.forEach(({ row }) => steps.facts.push([table.id, inWords(table.rows[row])]));
    if (isCounted) told.set(table.id, here.map(({ row }) => table.rows[row]));
    found.push(table.id);
  }
  steps.facts.push(["counted", `in ${found.length} of ${tables.tables.length} tables at least`]);
  await holdComplete(steps, report, { tables, until }, mine, found, told);
  steps.open("mention", "the complaint is counted nowhere else in the report",
    "the report's own folder and proof: redress check PROOF --report FOLDER --receipt RECEIPT");
  steps.open("extra", "the rules of the ledger let it be published, and it was not restated since",
    "redress check FILE --receipt RECEIPT for the rules, and the proof of all events of the report's stream");
}

/** Refuses a report that does not count a complaint which it has to count, or counts one that it cannot know. */
async function holdComplete(steps, { first_day, last_day, size }, { tables, until }, mine, found, told) {
  const isWithin = first_day <= mine.received && mine.received <= last_day;
  const isReceived = tables.tables.some((table) => table.population === "received" && found.includes(table.id));
  if (mine.position >= size && (found.length > 0 || mine.recorded < until)) {
    await steps.take("receipt", "it was recorded after the records that were counted", () => fail(found.length > 0
      ? `it is in a table, and its first record is at position ${mine.position}, after the ${size} records`
      : `it was recorded at ${mine.recorded}, and the last of the ${size} records at ${until}, though it stands at position ${mine.position}`));
    return;
  }
  if (!isWithin || mine.position >= size) {
    // Who finds it only where it ended or was answered has no question left.
    if (found.length > 0 && !isReceived) return;
    const days = isReceived
      ? `the records of its case, whether its day was corrected: it was received on ${mine.received}, and is in a table of those received`
      : `a report about another time: it was received on ${mine.received}`;
    steps.open("receipt", `it is one of those received from ${first_day} to ${last_day}`, isWithin
      ? `a restatement: it was recorded at position ${mine.position}, after the ${size} records that were counted` : days);
    return;
  }
  const isInAll = await steps.take("receipt", "the complaint, received in these days, is in every table of those received", () => {
    if (found.length === 0) {
      fail("it is in none of them: it was left out, or its day was corrected, which the records of its case would show, or the "
        + "receipt was made with another key than the report");
    }
    const without = tables.tables.find((table) => mine.states.isOf(table.population) && !found.includes(table.id));
    if (without) fail(`it is not in ${without.id}`);
    const canHave = (id) => COUNTED_TABLES.findIndex(([known]) => known === id) < COUNTED_FORMS[tables.format];
    const lacks = mine.states.tables.find(([id]) => canHave(id) && !tables.tables.some((table) => table.id === id));
    if (lacks) fail(`the report has no table ${lacks[0]}, though the complaint's first record states ${lacks[1]}`);
  });
  if (!isInAll) return;
  await steps.take("receipt", "the complaint is counted in the month of its receipt", () => {
    const isIts = (code) => { const days = spanOf(code); return days && days[0] <= mine.received && mine.received <= days[1]; };
    const months = (told.get("received-by-month") ?? []).map(({ code }) => code);
    const other = months.find((code) => code !== undefined && !isIts(code));
    if (other !== undefined) {
      fail(`expected the row with ${mine.received}, found ${other}: it is counted in another month, or its day was corrected, which `
        + "the records of its case would show");
    }
  });
  const { channel } = mine.states;
  if (channel === null) return;
  await steps.take("receipt", "the complaint is counted under the channel that its receipt states", () => {
    const other = (told.get("received-by-channel") ?? []).find(({ kind, code }) => kind !== "pooled" && code !== channel);
    if (other) {
      fail(`expected the row with ${channel}, found ${other.code ?? "one without"}: it is counted under another channel, or its channel `
        + "was corrected, which the records of its case would show");
    }
  });
}
