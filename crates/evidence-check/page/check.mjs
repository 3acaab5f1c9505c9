// Checks evidence of a Redress ledger: the same steps as `redress check`, in a browser or in Node.
//
// Needs WebCrypto for SHA-256, SHA-512 and HMAC; asks for no network. Ed25519 is computed here, so
// that every browser decides alike, and where WebCrypto knows it, both must agree.
// Formats: docs/format.md. Whatever is read may come from an enemy: one spelling of each thing, and
// what does not hold is thrown as `Fault` with a line where there is one.

export class Fault extends Error {}

const fail = (message) => { throw new Fault(message); };
const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes, what) {
  try { return strict.decode(bytes); } catch { return fail(`${what} is not UTF-8`); }
}

const join = (...parts) => joined(parts);

/** Of many parts: not as arguments, of which a call can have only so many. */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { bytes.set(part, at); at += part.length; }
  return bytes;
}

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function fromHex(digits, count) {
  if (typeof digits !== "string" || !/^[0-9a-f]*$/.test(digits) || digits.length !== 2 * count) {
    fail(`expected ${count} bytes in lower-case hexadecimal`);
  }
  return Uint8Array.from({ length: count }, (_, i) => parseInt(digits.substr(2 * i, 2), 16));
}

/** Text from somebody else as it may be shown: what would let it read otherwise than it is written is replaced. */
export const printable = (written) =>
  String(written).replace(/[\p{Cc}\u00ad\u061c\u180e\u200b\u2060-\u2064\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");

/** Standard base64 with its padding, in the one way these bytes are written; `null` otherwise. */
function fromBase64(letters) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(letters) || letters.length % 4 !== 0) return null;
  const bytes = Uint8Array.from(atob(letters), (c) => c.charCodeAt(0));
  return toBase64(bytes) === letters ? bytes : null;
}

function toBase64(bytes) {
  let letters = "";
  for (let at = 0; at < bytes.length; at += 0x6000) {
    letters += btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000)));
  }
  return letters;
}

function hashOf(letters) {
  const bytes = fromBase64(letters);
  return bytes && bytes.length === 32 ? bytes : null;
}

/** Sizes, positions and times stay below this, so that they fit a signed 64-bit number everywhere. */
const NUMBERS_END = 1n << 63n;

function decimal(digits) {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(digits)) return null;
  const number = BigInt(digits);
  return number < NUMBERS_END ? number : null;
}

// ------------------------------------------------------ JSON, in the one way that redress writes it

/** More levels of arrays and objects in each other than any record needs. */
const DEPTH_MAX = 64;

/**
 * Reads JSON. `JSON.parse` would take the last of two equal keys, half of a surrogate pair, and 2^53 for the number after
 * it. Here a key that is there twice is refused, and so is any other spelling than the one that redress writes: no space,
 * no escape that need not be, numbers whole, in plain digits, and of 64 bits. They become BigInt; objects have no prototype.
 * A spaced file is one for people: with space between tokens, and numbers of any kind, which stay numbers where they are none of these.
 */
function readJson(bytes, what, isSpaced = false) {
  const source = text(bytes, what);
  let at = 0;
  const wrong = () => fail(`${what}: expected other JSON at character ${at + 1}`);
  const skip = () => { while (isSpaced && /[ \t\n\r]/.test(source[at] ?? "")) at += 1; };
  const take = (word) => {
    skip();
    const isThere = source.startsWith(word, at);
    if (isThere) at += word.length;
    return isThere;
  };
  const string = () => {
    skip();
    if (source[at] !== '"') wrong();
    let end = at + 1;
    while (end < source.length && source[end] !== '"') end += source[end] === "\\" ? 2 : 1;
    const token = source.slice(at, end + 1);
    let content;
    try { content = JSON.parse(token); } catch { wrong(); }
    // A lone surrogate is the one thing that may be escaped and is no text.
    if (JSON.stringify(content) !== token || /\p{Cs}/u.test(content)) wrong();
    at = end + 1;
    return content;
  };
  const number = () => {
    const anyDigits = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
    anyDigits.lastIndex = at;
    const [any] = (isSpaced && anyDigits.exec(source)) || [""];
    if (any !== "" && !/^(0|[1-9][0-9]{0,18})$/.test(any)) { at += any.length; return Number(any); }
    const digits = /-?(?:0|[1-9][0-9]{0,19})/y;
    digits.lastIndex = at;
    const [written] = digits.exec(source) ?? wrong();
    const found = BigInt(written);
    if (written === "-0" || found >= 1n << 64n || found < -NUMBERS_END) wrong();
    at += written.length;
    return found;
  };
  const value = (depth) => {
    skip();
    if (source[at] === '"') return string();
    for (const [word, meaning] of [["true", true], ["false", false], ["null", null]]) if (take(word)) return meaning;
    const hasKeys = take("{");
    if (!hasKeys && !take("[")) return number();
    if (depth === 0) wrong();
    const made = hasKeys ? Object.create(null) : [];
    const end = hasKeys ? "}" : "]";
    if (take(end)) return made;
    do {
      if (hasKeys) {
        const key = string();
        if (Object.hasOwn(made, key) || !take(":")) wrong();
        made[key] = value(depth - 1);
      } else made.push(value(depth - 1));
    } while (take(","));
    return take(end) ? made : wrong();
  };
  const whole = value(DEPTH_MAX);
  skip();
  return at === source.length ? whole : wrong();
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value) => Array.isArray(value) && value.length > 0;
const isText = (value) => typeof value === "string";
const isNumber = (value) => typeof value === "bigint" && value >= 0n;
const isHex = (value, count) => isText(value) && value.length === 2 * count && /^[0-9a-f]*$/.test(value);

/** Whether an object has these keys, in this order, and no others; one with a question mark may be left out. */
function isOf(value, keys) {
  if (!isObject(value)) return false;
  const isThere = (key) => !key.endsWith("?") || Object.hasOwn(value, key.slice(0, -1));
  return same(Object.keys(value), keys.filter(isThere).map((key) => key.replace("?", "")));
}

// ---------------------------------------------------------------------------------------- hashes

const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));
const sha256 = (bytes) => digest("SHA-256", bytes);

async function hmac(key, message) {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, message));
}

function be(number, bytes) {
  const out = new Uint8Array(bytes);
  for (let i = bytes - 1, rest = BigInt(number); i >= 0; i -= 1, rest >>= 8n) out[i] = Number(rest & 255n);
  return out;
}

const framed = (...parts) => join(...parts.flatMap((part) => [be(part.length, 4), part]));

// ------------------------------------------------------------------- the tree (RFC 6962, RFC 9162)

export const leafHash = (bytes) => sha256(join([0], bytes));
const nodeHash = (left, right) => sha256(join([1], left, right));

async function verifyInclusion(leaf, index, size, hashes, root) {
  if (size >= NUMBERS_END) fail(`a tree cannot have ${size} leaves`);
  if (index >= size) fail(`a tree of ${size} leaves has no leaf ${index}`);
  let node = index;
  let last = size - 1n;
  let found = leaf;
  for (const sibling of hashes) {
    if (last === 0n) fail("the proof has more hashes than the tree has levels");
    if ((node & 1n) === 1n || node === last) {
      found = await nodeHash(sibling, found);
      while ((node & 1n) === 0n && node !== 0n) { node >>= 1n; last >>= 1n; }
    } else {
      found = await nodeHash(found, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) fail("the proof has fewer hashes than the tree has levels");
  if (!same(found, root)) fail(`expected the root ${hex(root)}, found ${hex(found)}`);
}

/** That the tree of `size` leaves begins with the one of `oldSize` (RFC 9162, section 2.1.4.2). */
async function verifyConsistency(oldSize, size, oldRoot, root, hashes) {
  if (oldSize === 0n || oldSize > size) fail(`a tree of ${size} leaves does not extend one of ${oldSize}`);
  if (oldSize === size) {
    if (hashes.length > 0) fail("the proof has more hashes than the tree has levels");
    if (!same(oldRoot, root)) fail(`expected the root ${hex(oldRoot)}, found ${hex(root)}`);
    return;
  }
  const isPerfect = (oldSize & (oldSize - 1n)) === 0n;
  const [first, ...rest] = isPerfect ? [oldRoot, ...hashes] : hashes;
  if (!first) fail("the proof has fewer hashes than the tree has levels");
  let node = oldSize - 1n;
  let last = size - 1n;
  while ((node & 1n) === 1n) { node >>= 1n; last >>= 1n; }
  let [older, newer] = [first, first];
  for (const sibling of rest) {
    if (last === 0n) fail("the proof has more hashes than the tree has levels");
    if ((node & 1n) === 1n || node === last) {
      older = await nodeHash(sibling, older);
      newer = await nodeHash(sibling, newer);
      while ((node & 1n) === 0n && node !== 0n) { node >>= 1n; last >>= 1n; }
    } else {
      newer = await nodeHash(newer, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) fail("the proof has fewer hashes than the tree has levels");
  if (!same(older, oldRoot)) fail(`expected the root ${hex(oldRoot)}, found ${hex(older)}`);
  if (!same(newer, root)) fail(`expected the root ${hex(root)}, found ${hex(newer)}`);
}

/** The root of a tree without leaves: SHA-256 of nothing. */
const EMPTY_ROOT = fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 32);

async function rootOf(leaves) {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(await rootOf(leaves.slice(0, half)), await rootOf(leaves.slice(half)));
}

// ------------------------------------------------------------------------------ Ed25519 (RFC 8032)

const P = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const mod = (a) => { const r = a % P; return r < 0n ? r + P : r; };

function power(base, exponent) {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}

const inverse = (a) => power(a, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);
const ZERO = [0n, 1n, 1n, 0n]; // extended coordinates: X, Y, Z, T

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function multiply(point, scalar) {
  let result = ZERO;
  for (let p = point, n = scalar; n > 0n; n >>= 1n, p = add(p, p)) if (n & 1n) result = add(result, p);
  return result;
}

const isZero = ([x, y, z]) => mod(x) === 0n && mod(y - z) === 0n;
const equal = (p, q) => mod(p[0] * q[2] - q[0] * p[2]) === 0n && mod(p[1] * q[2] - q[1] * p[2]) === 0n;
const little = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

/** The point these 32 bytes stand for; `null` when none, or when they are not its one spelling. */
function point(bytes) {
  const encoded = little(bytes);
  const sign = encoded >> 255n;
  const y = encoded & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  const check = mod(v * x * x);
  if (check === mod(-u)) x = mod(x * ROOT_OF_MINUS_1);
  else if (check !== u) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

const BASE = point(fromHex("5866666666666666666666666666666666666666666666666666666666666666", 32));

async function ed25519(key, message, signature) {
  if (signature.length !== 64) return false;
  const [encoded, s] = [signature.slice(0, 32), little(signature.slice(32))];
  const [a, r] = [point(key), point(encoded)];
  // Strict: one signature has one spelling, and weak keys sign nothing.
  if (s >= ORDER || !a || !r || isZero(multiply(a, 8n)) || isZero(multiply(r, 8n))) return false;
  const k = little(await digest("SHA-512", join(encoded, key, message))) % ORDER;
  return equal(multiply(BASE, s), add(r, multiply(a, k)));
}

/** Our own answer, and that of WebCrypto where it knows Ed25519: both must say yes. */
export async function verifySignature(key, message, signature) {
  const ours = await ed25519(key, message, signature);
  let theirs = ours;
  try {
    const made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    theirs = await crypto.subtle.verify({ name: "Ed25519" }, made, signature, message);
  } catch { /* this WebCrypto has no Ed25519, or takes no such key: ours decides */ }
  return ours && theirs;
}

// ---------------------------------------------------------------------- keys, notes, checkpoints

/** Not by \s, which also takes U+FEFF for a space. */
const isKeyName = (name) => name !== "" && !/[\p{White_Space}+\p{Cc}]/u.test(name);

export async function parseKey(written) {
  const parts = written.split("+");
  const [name, id] = parts;
  const key = fromBase64(parts.slice(2).join("+"));
  if (parts.length < 3 || !isKeyName(name) || !/^[0-9a-f]{8}$/.test(id) || !key || key.length !== 33) {
    fail("a verifier key is written as name+id+key");
  }
  if (key[0] !== 1 && key[0] !== 4) fail("only keys of type 0x01 and 0x04 are known");
  const given = hex((await sha256(join(utf8.encode(`${name}\n`), key))).slice(0, 4));
  if (given !== id) fail(`the id is ${id}, but name and key give ${given}`);
  const place = point(key.slice(1));
  if (!place || isZero(multiply(place, 8n))) fail("the key is not an Ed25519 public key");
  return { name, id, kind: key[0], key: key.slice(1) };
}

function parseNote(bytes) {
  if (bytes.length > 1_000_000) fail("a note of more than 1,000,000 bytes");
  const whole = text(bytes, "the note");
  const bad = /[\x00-\x09\x0b-\x1f]/.exec(whole);
  if (bad) fail(`line ${whole.slice(0, bad.index).split("\n").length}: a control character`);
  if (!whole.endsWith("\n")) fail(`line ${whole.split("\n").length}: the last line must end in a newline`);
  const cut = whole.slice(0, -1).lastIndexOf("\n\n");
  if (cut < 0) fail("no text, empty line and signatures");
  const body = whole.slice(0, cut + 1);
  const first = body.split("\n").length + 1;
  const signatures = whole.slice(cut + 2, -1).split("\n").map((line, i) => {
    const wrong = `line ${first + i}: expected \`— NAME SIGNATURE\``;
    const [, name, letters] = /^— ([^ ]+) (.+)$/.exec(line) ?? fail(wrong);
    const made = fromBase64(letters);
    if (!made || made.length < 5 || !isKeyName(name)) fail(wrong);
    return { name, id: hex(made.slice(0, 4)), bytes: made.slice(4), line: first + i };
  });
  if (signatures.length > 100) fail("more than 100 signatures");
  return { body, signatures, whole };
}

function parseCheckpoint(body) {
  const lines = body.split("\n");
  if (lines.length < 4 || lines.pop() !== "") fail("line 3: expected origin, size and root");
  lines.forEach((line, i) => {
    if (line === "" || /\p{Cc}/u.test(line)) fail(`line ${i + 1}: an empty line or a control character`);
  });
  const size = decimal(lines[1]) ?? fail("line 2: expected the size in decimal, without leading zeroes");
  const root = hashOf(lines[2]) ?? fail("line 3: expected the root, 32 bytes in base64");
  if (size === 0n && !same(root, EMPTY_ROOT)) fail("line 3: a tree of size 0 has the root of the empty tree");
  return { origin: lines[0], size, root };
}

/** The good signatures of a note by these keys; a bad one by a known key spoils it. */
async function goodSignatures(note, keys) {
  const good = [];
  for (const signature of note.signatures) {
    const key = keys.find((known) => known.name === signature.name && known.id === signature.id);
    if (!key) continue;
    const bad = `line ${signature.line}: the signature by ${key.name}+${key.id} is not good`;
    let message = note.body;
    let { bytes } = signature;
    let time = null;
    if (key.kind === 4) {
      if (bytes.length < 8) fail(bad);
      time = bytes.slice(0, 8).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
      if (time >= 1n << 63n) fail(bad);
      bytes = bytes.slice(8);
      message = `cosignature/v1\ntime ${time}\n${message}`;
    }
    if (!(await verifySignature(key.key, utf8.encode(message), bytes))) fail(bad);
    good.push({ key, time });
  }
  return good;
}

/** Reads a trust policy (C2SP tlog-policy), or a single verifier key: that log and no witness. */
export async function parsePolicy(written) {
  if (!/[\s]/.test(written.trim())) {
    const key = await parseKey(written.trim());
    if (key.kind !== 1) fail("expected the key of a log, found that of a witness");
    return { logs: [key], witnesses: [], names: new Map(), quorum: "none" };
  }
  const policy = { logs: [], witnesses: [], names: new Map(), quorum: null };
  const grouped = new Set();
  const define = (name, member) => {
    if (name === "none" || policy.names.has(name)) fail(`the name ${name} is taken`);
    policy.names.set(name, member);
  };
  const lines = written.split("\n");
  for (let i = 0; i < lines.length; i += 1) {
    try {
      const words = lines[i].split(/[ \t]+/).filter((word) => word !== "");
      if (words.length === 0 || words[0].startsWith("#")) continue;
      const [what, name, ...rest] = words;
      if (what === "log" && name && rest.length < 2) {
        const key = await parseKey(name);
        if (key.kind !== 1) fail("a log needs a key of type 0x01");
        if (policy.logs.some((known) => same(known.key, key.key))) fail("this key is on an earlier line already");
        policy.logs.push(key);
      } else if (what === "witness" && rest.length > 0 && rest.length < 3) {
        const key = await parseKey(rest[0]);
        if (key.kind !== 4) fail("a witness needs a key of type 0x04");
        if (policy.witnesses.some((known) => same(known.key, key.key))) fail("this key is on an earlier line already");
        define(name, { witness: key });
        policy.witnesses.push(key);
      } else if (what === "group" && rest.length > 1) {
        const [threshold, ...members] = rest;
        const number = { all: members.length, any: 1 }[threshold] ?? Number(decimal(threshold) ?? 0n);
        if (number < 1 || number > members.length) fail("expected all, any, or a number of members");
        for (const member of members) {
          if (!policy.names.has(member) || grouped.has(member)) fail("a member must be defined, and be in one group only");
          grouped.add(member);
        }
        define(name, { number, members });
      } else if (what === "quorum" && name && rest.length === 0 && policy.quorum === null) {
        if (name !== "none" && !policy.names.has(name)) fail("a name that no earlier line defines");
        policy.quorum = name;
      } else fail("expected log, witness, group or one quorum");
    } catch (error) {
      if (error instanceof Fault) fail(`policy, line ${i + 1}: ${error.message}`);
      throw error;
    }
  }
  if (policy.quorum === null) fail("the policy ends without a quorum");
  return policy;
}

async function accept(policy, note) {
  const checkpoint = parseCheckpoint(note.body);
  const keys = policy.logs.filter((key) => key.name === checkpoint.origin);
  if (keys.length === 0) fail(`line 1: \`${checkpoint.origin}\` is not a log of the policy`);
  if ((await goodSignatures(note, keys)).length === 0) fail(`the log \`${checkpoint.origin}\` has not signed`);
  const cosigned = await goodSignatures(note, policy.witnesses);
  const reached = (name) => {
    const member = policy.names.get(name);
    if (member.witness) return cosigned.some(({ key }) => key === member.witness);
    return member.members.filter(reached).length >= member.number;
  };
  if (policy.quorum !== "none" && !reached(policy.quorum)) {
    fail(`the quorum is not reached: ${cosigned.length} of ${policy.witnesses.length} known witnesses have cosigned`);
  }
  return { ...checkpoint, cosigned };
}

// ---------------------------------------------------------------------- log proofs and enclosures

/** Lines with their numbers, for formats that end in another one. */
function reader(bytes) {
  let at = 0;
  return {
    number: 0,
    next(expected) {
      this.number += 1;
      const end = bytes.indexOf(10, at);
      if (end < 0) this.wrong(expected);
      const line = text(bytes.subarray(at, end), `line ${this.number}`);
      at = end + 1;
      return line;
    },
    rest: () => bytes.subarray(at),
    wrong(expected) { return fail(`line ${this.number}: expected ${expected}`); },
  };
}

function parseLogProof(bytes) {
  const lines = reader(bytes);
  const header = "`c2sp.org/tlog-proof@v1`";
  if (lines.next(header) !== "c2sp.org/tlog-proof@v1") lines.wrong(header);
  let line = lines.next("`index`");
  let extra = null;
  if (line.startsWith("extra ")) {
    extra = fromBase64(line.slice(6)) ?? lines.wrong("extra data in base64");
    line = lines.next("`index`");
  }
  const indexed = /^index (.*)$/.exec(line)?.[1] ?? lines.wrong("`index` and a number");
  const index = decimal(indexed) ?? lines.wrong("`index` and a decimal number without leading zeroes");
  const hashes = [];
  for (;;) {
    line = lines.next("a hash of 32 bytes in base64, or an empty line");
    if (line === "") break;
    if (hashes.length === 63) lines.wrong("an empty line, for no tree needs more than 63 hashes");
    hashes.push(hashOf(line) ?? lines.wrong("a hash of 32 bytes in base64, or an empty line"));
  }
  return { extra, index, hashes, note: parseNote(lines.rest()) };
}

function parseGrowth(bytes) {
  const lines = reader(bytes);
  const size = decimal(/^old (.*)$/.exec(lines.next("`old` and the size of the older tree"))?.[1] ?? "");
  if (size === null) lines.wrong("`old` and the size of the older tree");
  const hashes = [];
  for (;;) {
    const line = lines.next("a hash of 32 bytes in base64, or an empty line");
    if (line === "") break;
    if (hashes.length === 63) lines.wrong("an empty line, for no tree needs more than 63 hashes");
    hashes.push(hashOf(line) ?? lines.wrong("a hash of 32 bytes in base64, or an empty line"));
  }
  return { size, hashes, note: parseNote(lines.rest()) };
}

/** One whole DEFLATE stream and nothing behind it. Not every reader says whether anything is: it is still whole without
 *  its last byte then. */
async function unpack(packed, most) {
  const unpacked = await inflate(packed, most);
  const isLonger = await inflate(packed.subarray(0, -1), most);
  if (!unpacked || isLonger) fail(`what is enclosed cannot be unpacked to at most ${most} bytes, with nothing behind it`);
  return unpacked;
}

async function inflate(packed, most) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const parts = [];
  let size = 0;
  try {
    for (const source = stream.getReader(); ;) {
      const { done, value } = await source.read();
      if (done) return joined(parts);
      size += value.length;
      if (size > most) { await source.cancel(); break; }
      parts.push(value);
    }
  } catch { /* no such stream, or cut short */ }
  return null;
}

async function parseEnclosure(bytes) {
  if (bytes.length < 16 || !same(bytes.slice(0, 8), utf8.encode("RDRSENC1"))) {
    fail("what is enclosed was not made by redress, or by a newer one");
  }
  const cut = bytes.length - 8;
  if (!same((await sha256(bytes.slice(0, cut))).slice(0, 8), bytes.slice(cut))) {
    fail("what is enclosed was damaged: its digest does not fit");
  }
  const json = readJson(await unpack(bytes.slice(8, cut), 8 * 1024 * 1024), "what is enclosed");
  const isEnclosure = isOf(json, ["record", "receipt?", "openings?"]) && isText(json.record)
    && (!Object.hasOwn(json, "receipt") || isHex(json.receipt, 32))
    && (!Object.hasOwn(json, "openings") || (isList(json.openings)
      && json.openings.every((opening) => isOpening(opening) && !isFile(opening))));
  if (!isEnclosure) fail("what is enclosed is not the JSON of a record with openings");
  return { record: json.record, receipt: json.receipt ?? null, openings: json.openings ?? [] };
}

/** An opened field has text or, where it is none, bytes in base64: never both. */
const isOpening = (opening) => isOf(opening, ["field", "group", "salt", "text?", "bytes?"]) && isText(opening.field)
  && isNumber(opening.group) && isHex(opening.salt, 64)
  && (isFile(opening) ? areBytes(opening.bytes) && !Object.hasOwn(opening, "text") : isText(opening.text));
const isFile = (opening) => Object.hasOwn(opening, "bytes");
const contentOf = (opening) => (isFile(opening) ? fromBase64(opening.bytes) : utf8.encode(opening.text));

function areBytes(letters) {
  const bytes = isText(letters) ? fromBase64(letters) : null;
  if (!bytes) return false;
  try { strict.decode(bytes); } catch { return true; }
  return false;
}

/** Keys of a record that are not known are ignored: a later version may have added them. */
function parseRecord(bytes) {
  const record = readJson(bytes, "the record");
  const isSealed = (entry) => isObject(entry) && isText(entry.field) && isHex(entry.commitment, 32);
  const isRecord = isObject(record) && isNumber(record.version) && Object.hasOwn(record, "data")
    && [record.type, record.stream, record.recorded_at, record.occurred_at].every(isText)
    && (!Object.hasOwn(record, "sealed") || (Array.isArray(record.sealed) && record.sealed.every(isSealed)));
  if (!isRecord) fail("expected the JSON of a record");
  return record;
}

/** A stream's kind, and a ULID as it is written: upper case, and no higher than 128 bits. */
const STREAM = /^(access|action|complaint|import|inspection|ledger|referral|report|review|rulebook|staff|subject|volume)-[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

function isReceiptOf(record) {
  return /^complaint\.received\.v[0-9]+$/.test(record.type) && record.version === 0n
    && record.stream.startsWith("complaint-");
}

const FIELDS = {
  narrative: 1, "complainant-name": 2, contact: 3, address: 4, postcode: 5, "account-number": 6,
  message: 7, note: 8, "response-text": 9, "payment-reference": 10, "receipt-nonce": 11,
  evidence: 12, "representative-name": 13, "representative-contact": 14,
};

async function checkOpening(origin, record, opening) {
  if (!Object.hasOwn(FIELDS, opening.field) || BigInt(FIELDS[opening.field]) !== opening.group) {
    fail("the number of the field is not its own");
  }
  const sealed = (record.sealed ?? []).find((entry) => entry.field === opening.field);
  if (!sealed) fail(`the record has no sealed field \`${opening.field}\``);
  const message = framed(utf8.encode("cl/commit/v1"), await sha256(utf8.encode(origin)),
    utf8.encode(record.stream), be(opening.group, 2), contentOf(opening));
  const found = await hmac(fromHex(opening.salt, 64), message);
  if (hex(found) !== sealed.commitment) {
    fail(`text and salt of \`${opening.field}\` are not those that the record commits to`);
  }
}

// ------------------------------------------------------------------------------------ index proofs

function parseEntry(bytes) {
  if (!bytes || bytes.length < 42 || bytes[0] !== 4) return null;
  const stream = text(bytes.subarray(1, -40), "the name of a stream");
  return /^[A-Za-z0-9-]+$/.test(stream) ? { bytes, stream } : null;
}

function parseIndexProof(bytes) {
  const lines = reader(bytes);
  const header = "`redress/index-proof@v1`";
  if (lines.next(header) !== "redress/index-proof@v1") lines.wrong(header);
  const stream = /^stream ([A-Za-z0-9-]+)$/.exec(lines.next("`stream`"))?.[1] ?? lines.wrong("`stream` and its name");
  const letters = /^commitment (.*)$/.exec(lines.next("`commitment`"))?.[1] ?? lines.wrong("`commitment`");
  const commitment = fromBase64(letters) ?? lines.wrong("`commitment` and a record in base64");
  const [leaves, entries] = [[], []];
  const expected = "a leaf, an entry, a hash of the last entry's proof, or an empty line";
  for (;;) {
    const line = lines.next(expected);
    if (line === "") break;
    if (line.startsWith("leaf ") && entries.length === 0) {
      leaves.push(hashOf(line.slice(5)) ?? lines.wrong(expected));
    } else if (line.startsWith("entry ")) {
      const [, place, written] = /^entry ([0-9]+) (.*)$/.exec(line) ?? lines.wrong(expected);
      const index = decimal(place) ?? lines.wrong(expected);
      const entry = parseEntry(fromBase64(written)) ?? lines.wrong(expected);
      if (entries.length === 2) lines.wrong("an empty line, for no proof needs a third entry");
      entries.push({ index, entry, hashes: [] });
    } else {
      const last = entries.at(-1) ?? lines.wrong(expected);
      if (last.hashes.length === 63) lines.wrong("at most 63 hashes, for no tree needs more");
      last.hashes.push(hashOf(line) ?? lines.wrong(expected));
    }
  }
  return { stream, commitment, leaves, entries, proof: parseLogProof(lines.rest()) };
}

async function verifyIndexProof(proof, policy) {
  const accepted = await accept(policy, proof.proof.note);
  await verifyInclusion(await leafHash(proof.commitment), proof.proof.index, accepted.size,
    proof.proof.hashes, accepted.root);
  const record = parseRecord(proof.commitment);
  const list = record.data;
  if (record.type !== "ledger.index-committed.v1" || !record.stream.startsWith("ledger-")
    || !isObject(list) || list.definition !== 1n || ![list.size, list.entries].every(isNumber)) {
    fail("expected a record of type ledger.index-committed.v1, definition 1, found another");
  }
  if (list.size > proof.proof.index) fail("a commitment cannot cover records after it");
  const root = fromHex(list.root, 32);
  for (const { index, entry, hashes } of proof.entries) {
    await verifyInclusion(await leafHash(entry.bytes), index, list.entries, hashes, root);
  }
  const [first, second] = proof.entries;
  if (proof.leaves.length > 0) {
    const expected = join([4], utf8.encode(proof.stream), be(proof.leaves.length, 8), await rootOf(proof.leaves));
    if (proof.entries.length !== 1 || !same(first.entry.bytes, expected)) {
      fail("the entry does not fit the leaves");
    }
  } else {
    const name = proof.stream;
    const count = list.entries;
    const encloses = proof.entries.length === 0
      ? count === 0n && same(root, EMPTY_ROOT)
      : proof.entries.length === 1
        ? (first.entry.stream > name ? first.index === 0n : first.entry.stream < name && first.index + 1n === count)
        : first.index + 1n === second.index && first.entry.stream < name && name < second.entry.stream;
    if (!encloses) fail(`the entries do not enclose the place where \`${name}\` would be`);
  }
  return { ...accepted, covers: list.size, position: proof.proof.index };
}

// ------------------------------------------------------------- time stamps (RFC 3161), read and no more

/** One element of DER: its tag, its contents, and what follows. */
function der(bytes, tag, what) {
  const wrong = () => fail(`expected ${what} in DER`);
  if (bytes.length < 2 || bytes[0] !== tag) wrong();
  let [length, at] = [bytes[1], 2];
  if (length > 127) {
    const count = length & 127;
    if (count === 0 || count > 3 || bytes.length < 2 + count || bytes[2] === 0) wrong();
    length = bytes.subarray(2, 2 + count).reduce((sum, byte) => sum * 256 + byte, 0);
    if (length < 128) wrong();
    at += count;
  }
  if (at + length > bytes.length) wrong();
  return { inside: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) };
}

const [SEQUENCE, SET, INTEGER, OCTETS, OID, TIME, CONTEXT_0] = [0x30, 0x31, 0x02, 0x04, 0x06, 0x18, 0xa0];
const SIGNED_DATA = fromHex("2a864886f70d010702", 9);
const STAMP_INFO = fromHex("2a864886f70d0109100104", 11);
const SHA_256 = fromHex("608648016503040201", 9);

function oid(bytes, expected, what) {
  const { inside, rest } = der(bytes, OID, what);
  if (!same(inside, expected)) fail(`expected ${what} in DER`);
  return rest;
}

/** What a time stamp says: over which digest, and when. Who says so is not looked at: neither the signature
 *  nor the certificates, for a page has no list of whom to believe. */
function readStamp(token) {
  const what = "a time stamp";
  const outer = der(token, SEQUENCE, what);
  if (outer.rest.length > 0) fail(`expected ${what} in DER`);
  const data = der(der(oid(outer.inside, SIGNED_DATA, what), CONTEXT_0, what).inside, SEQUENCE, what).inside;
  const content = der(der(der(data, INTEGER, what).rest, SET, what).rest, SEQUENCE, what).inside;
  const signed = der(der(oid(content, STAMP_INFO, what), CONTEXT_0, what).inside, OCTETS, what).inside;
  const info = der(signed, SEQUENCE, what).inside;
  const imprint = der(der(der(info, INTEGER, what).rest, OID, "a policy").rest, SEQUENCE, "a digest");
  const algorithm = der(imprint.inside, SEQUENCE, "a digest by SHA-256");
  oid(algorithm.inside, SHA_256, "a digest by SHA-256");
  const stamped = der(algorithm.rest, OCTETS, "a digest").inside;
  const time = text(der(der(imprint.rest, INTEGER, "a serial number").rest, TIME, "a time").inside, "the time");
  const [, y, mo, d, h, mi, s, part = ""] = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]*[1-9])?Z$/
    .exec(time) ?? fail("expected a time in UTC in DER");
  const second = `${y}-${mo}-${d}T${h}:${mi}:${s}`;
  const millis = Date.parse(`${second}.${`${part.slice(1)}00`.slice(0, 3).padEnd(3, "0")}Z`);
  // A day that a month does not have would be one of the next.
  if (Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(second)) fail("expected a time in UTC in DER");
  return { digest: stamped, millis };
}

async function readAnchor(bytes, position, origin) {
  const record = parseRecord(bytes);
  const data = record.data;
  if (record.type !== "ledger.time-anchored.v1" || !record.stream.startsWith("ledger-")
    || !isObject(data) || !isNumber(data.size) || !isHex(data.root, 32) || !isOf(data.token, ["inline?", "archived?"])
    || Object.keys(data.token).length !== 1 || ![data.checkpoint, data.imprint, data.stamped_at].every(isText)) {
    fail("expected a record of type ledger.time-anchored.v1 of the ledger's own stream, found another");
  }
  const document = utf8.encode(data.checkpoint);
  const checkpoint = parseCheckpoint(parseNote(document).body);
  if (checkpoint.origin !== origin) {
    fail(`the checkpoint that was stamped: line 1: expected the origin \`${origin}\`, found \`${checkpoint.origin}\``);
  }
  const digest = await sha256(document);
  if (data.size !== checkpoint.size || data.root !== hex(checkpoint.root) || data.imprint !== hex(digest)) {
    fail("it names another tree or digest than the checkpoint in it has");
  }
  if (data.size > position) fail(`it covers ${data.size} records, and stands at position ${position}, among them`);
  const token = isText(data.token.inline) ? fromBase64(data.token.inline) : null;
  if (!token) fail("expected the stamp in the record, in base64, found none");
  return { checkpoint, digest, token, stampedAt: data.stamped_at, authority: isText(data.authority) ? data.authority : "" };
}

// ------------------------------------------------------------------------------------ the zip file

const CRCS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
const crc32 = (bytes) => ~bytes.reduce((crc, byte) => (crc >>> 8) ^ CRCS[(crc ^ byte) & 255], ~0) >>> 0;
const le = (number, bytes) => be(number, bytes).reverse();
const isPlain = (name) => name.length <= 200
  && name.split("/").every((part) => /^[A-Za-z0-9-][A-Za-z0-9.-]*$/.test(part));

/** The narrowest zip there is: stored, in order, without gaps, extras and times. */
function writeArchive(files) {
  const [parts, list] = [[], []];
  let at = 0;
  for (const [name, content] of files) {
    const head = join(le(20, 2), le(0x0800, 2), le(0, 4), le(0x21, 2), le(crc32(content), 4),
      le(content.length, 4), le(content.length, 4), le(name.length, 2), le(0, 2));
    parts.push(join(le(0x04034b50, 4), head, utf8.encode(name)), content);
    list.push(join(le(0x02014b50, 4), le(20, 2), head, new Uint8Array(10), le(at, 4), utf8.encode(name)));
    at += 30 + name.length + content.length;
  }
  const length = list.reduce((sum, entry) => sum + entry.length, 0);
  const end = join(le(0x06054b50, 4), le(0, 4), le(list.length, 2), le(list.length, 2), le(length, 4), le(at, 4), le(0, 2));
  return joined([...parts, ...list, end]);
}

function readArchive(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files = new Map();
  let at = 0;
  let last = "";
  while (at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
    const [length, nameLength] = [view.getUint32(at + 22, true), view.getUint16(at + 26, true)];
    const begin = at + 30 + nameLength;
    if (begin + length > bytes.length) fail(`byte ${at}: the archive ends inside a file`);
    const name = text(bytes.subarray(at + 30, begin), "a name");
    const content = bytes.slice(begin, begin + length);
    if (!isPlain(name) || name <= last || files.size === 60000) fail(`byte ${at}: not a plain name in order`);
    if (view.getUint32(at + 14, true) !== crc32(content)) fail(`${name}: the checksum does not fit its bytes`);
    files.set(name, content);
    last = name;
    at = begin + length;
  }
  const written = writeArchive(files);
  if (!same(written, bytes)) {
    const differs = written.findIndex((byte, i) => byte !== bytes[i]);
    fail(`byte ${differs < 0 ? written.length : differs}: not as redress writes an archive`);
  }
  return files;
}

// -------------------------------------------------------------------------------------- the checks

/** Steps, each with where, what and whether; goes on after a step that fails. */
class Steps {
  constructor() { this.steps = []; this.facts = []; this.opened = []; this.records = []; this.stamps = []; }

  async take(at, claim, work) {
    try {
      const value = await work();
      this.steps.push({ at, claim, verdict: "holds", why: "" });
      return value ?? true;
    } catch (error) {
      this.steps.push({ at, claim, verdict: "fails", why: error.message });
      return undefined;
    }
  }

  open(at, claim, why) { this.steps.push({ at, claim, verdict: "open", why }); }

  accepted(accepted) {
    this.facts.push(["log", accepted.origin], ["tree size", String(accepted.size)], ["root", hex(accepted.root)]);
    for (const { key, time } of accepted.cosigned) {
      this.facts.push(["cosigned by", `${key.name} at ${time <= 8_640_000_000_000n ? new Date(Number(time) * 1000).toISOString() : `Unix second ${time}`}`]);
    }
  }

  async openings(at, origin, record, openings) {
    for (const opening of openings) {
      const claim = `the record commits to this \`${opening.field}\``;
      if (await this.take(at, claim, () => checkOpening(origin, record, opening))) {
        this.opened.push([opening.field, isFile(opening) ? contentOf(opening) : opening.text, at]);
      }
    }
  }

  /** What only the program checks. Nothing was found wrong with it, and nothing right. */
  elsewhere(kind, command) {
    this.open("the file", "it holds", command);
    return { ...this.done(kind), isGood: false, elsewhere: command };
  }

  done(kind) {
    const { steps, facts, opened, records, stamps } = this;
    return { kind, isGood: steps.every(({ verdict }) => verdict !== "fails"), steps, facts, opened, records, stamps };
  }
}

/** The key that a bundle names itself; `null` when it names none. Proves nothing by itself. */
export function ownKey(bytes) {
  try {
    const key = readJson(readArchive(bytes).get("bundle.json"), "bundle.json").log_key;
    return isText(key) ? key : null;
  } catch { return null; }
}

/** Checks evidence of any kind under a policy of `parsePolicy`. What a page brings itself is a bundle without a page in it. A
 *  proof of where a complaint is counted needs the receipt of that complaint. A receipt opens the nonce that was chosen. */
export async function check(bytes, policy, isFromPage = false, receipt = null, nonce = null) {
  const steps = new Steps();
  try {
    return await checkAny(steps, bytes, policy, isFromPage, { receipt, nonce });
  } catch (error) {
    // What nobody has thought of is no reason to rely on anything.
    steps.steps.push({ at: "the file", claim: "it is made as evidence is made", verdict: "fails", why: error.message });
    return steps.done("evidence");
  }
}

/** Whether a text could be a signed note, which may begin with any origin. */
function looksSigned(bytes) {
  try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\n\n\u2014 "); } catch { return false; }
}

async function checkAny(steps, bytes, policy, isFromPage, { receipt, nonce }) {
  const begins = (beginning) => same(bytes.slice(0, beginning.length), utf8.encode(beginning));
  if (begins("PK\x03\x04")) return checkBundle(steps, bytes, policy, isFromPage);
  if (begins("c2sp.org/tlog-proof@")) return checkLogProof(steps, bytes, policy, nonce);
  if (begins("redress/index-proof@")) return checkIndex(steps, bytes, policy);
  if (begins("old ")) {
    return steps.elsewhere("a proof that one checkpoint extends another", "redress check FILE --old CHECKPOINT, with the checkpoint you kept");
  }
  if (begins("redress/counted-proof@")) {
    // It does not say whose complaint it is about: that the receipt says.
    if (!receipt) return { ...steps.elsewhere(COUNTED_KIND, "your receipt, which says whose complaint it is about"), needsReceipt: true };
    return checkCounted(steps, bytes, policy, { receipt, nonce });
  }
  if (!looksSigned(bytes)) {
    await steps.take("the file", "it is a bundle, a receipt, a proof or a checkpoint", () => fail("it begins as none of them does"));
    return steps.done("nothing known as evidence");
  }
  const note = await steps.take("checkpoint", "it is a signed note", () => parseNote(bytes));
  const accepted = note && await steps.take("checkpoint", "those whom the policy names have signed it", () => accept(policy, note));
  if (accepted) steps.accepted(accepted);
  return steps.done("a checkpoint");
}

async function checkLogProof(steps, bytes, policy, nonce) {
  const kind = () => (enclosure?.receipt ? "a receipt" : "a proof that a record is in the log");
  let enclosure;
  const proof = await steps.take("proof", "it is a log proof (C2SP tlog-proof)", () => parseLogProof(bytes));
  if (!proof) return steps.done(kind());
  enclosure = await steps.take("extra", "the record is there",
    () => parseEnclosure(proof.extra ?? fail("the proof encloses no record")));
  if (!enclosure) return steps.done(kind());
  const accepted = await steps.take("checkpoint", "those whom the policy names have signed the checkpoint",
    () => accept(policy, proof.note));
  const leaf = await leafHash(utf8.encode(enclosure.record));
  let proved;
  if (accepted) {
    steps.accepted(accepted);
    proved = await steps.take("inclusion", `the record is at position ${proof.index} of the log`,
      () => verifyInclusion(leaf, proof.index, accepted.size, proof.hashes, accepted.root));
  }
  const record = await steps.take("extra", "the record can be read", () => parseRecord(utf8.encode(enclosure.record)));
  if (record) {
    steps.records.push({ ...record, position: String(proof.index), isProved: proved === true });
    steps.facts.push(["stream", record.stream]);
    await steps.openings("extra", proof.note.body.split("\n")[0], record, enclosure.openings);
    if (enclosure.receipt) {
      await steps.take("extra", "it is the first record of a complaint", () => {
        if (!isReceiptOf(record)) fail(`expected complaint.received of a complaint, found ${record.type} of ${record.stream}`);
      });
    }
    if (enclosure.receipt) await nonceOf(steps, enclosure, nonce);
  }
  return { ...steps.done(kind()), takesNonce: enclosure.receipt !== null && opensNonce(enclosure) };
}

const opensNonce = ({ openings }) => openings.some(({ field }) => field === "receipt-nonce");

/** Whoever chose a nonce knows by it that nobody else was given the same receipt. */
async function nonceOf(steps, enclosure, nonce) {
  if (nonce === null) {
    steps.open("extra", "nobody else was given the receipt of this record", opensNonce(enclosure)
      ? "the nonce that you chose when you complained" : "a nonce that the complainant chose; this record was made without one");
    return;
  }
  await steps.take("extra", "it opens the nonce that you chose", () => {
    const opened = enclosure.openings.find(({ field }) => field === "receipt-nonce") ?? fail("it opens none");
    if (opened.text !== nonce) fail("it opens another: yours is not spelled as it was chosen, or this is somebody else's receipt");
  });
}

async function checkIndex(steps, bytes, policy) {
  const proof = await steps.take("proof", "it is an index proof", () => parseIndexProof(bytes));
  if (proof) {
    const claim = proof.leaves.length === 0
      ? `there is no stream ${proof.stream} in the list of all streams`
      : `these ${proof.leaves.length} are all events of ${proof.stream}`;
    if (proof.leaves.length === 0) {
      await steps.take("proof", `a stream can be named ${proof.stream}`,
        () => STREAM.test(proof.stream) || fail("no stream has such a name: expected a kind, a hyphen and a ULID in upper case"));
    }
    const shown = await steps.take("proof", claim, () => verifyIndexProof(proof, policy));
    if (shown) {
      steps.accepted(shown);
      steps.facts.push(proof.leaves.length === 0
        ? ["no such stream", `${proof.stream} among the first ${shown.covers} records`]
        : ["as of", `the first ${shown.covers} records`]);
    }
  }
  return steps.done(proof?.leaves.length === 0
    ? "a proof that there is no such stream" : "a proof about all events of one stream");
}

async function checkBundle(steps, bytes, policy, isFromPage) {
  const kind = "an evidence bundle";
  const files = await steps.take("the zip file", "it is an archive as redress writes it", () => readArchive(bytes));
  if (!files) return steps.done(kind);
  if (!isFromPage) await checkPage(steps, files);
  const manifest = await steps.take("bundle.json", "it is a list of contents", () => parseManifest(files));
  if (!manifest) return steps.done(kind);
  files.delete("bundle.json");
  await checkDigests(steps, files, manifest);
  const reason = await steps.take("README.txt", "it says of this bundle what the other files hold",
    () => checkReadme(files.get("README.txt") ?? fail("missing"), manifest));
  if (typeof reason === "string") {
    steps.open("README.txt", "fields were opened for the reason that is given",
      "whoever made the bundle says so there, and nobody vouches for it: ask them");
  }
  steps.facts.push(["stream", manifest.stream]);
  const note = await steps.take("checkpoint.txt", "it is a signed note",
    () => parseNote(files.get("checkpoint.txt") ?? fail("missing")));
  if (!note) return steps.done(kind);
  const accepted = await steps.take("checkpoint.txt", "those whom the policy names have signed it", async () => {
    const found = await accept(policy, note);
    if (found.origin !== manifest.origin) fail(`line 1: expected the origin \`${manifest.origin}\``);
    return found;
  });
  if (accepted) steps.accepted(accepted);
  const { leaves, hasFiles } = await checkRecords(steps, files, manifest, note, accepted);
  if ((manifest.version === 3n) !== hasFiles) {
    await steps.take("bundle.json", "its version is that of the fields which are opened",
      () => fail(`expected ${hasFiles ? 3 : "1 or 2"}, found ${manifest.version}`));
  }
  await checkAllEvents(steps, files, manifest, note, leaves, policy);
  await checkAnchors(steps, files, manifest, note, accepted);
  for (const name of files.keys()) {
    if (name !== "README.txt" && name !== "checkpoint.txt") {
      await steps.take(name, "it belongs to the bundle", () => fail(`expected no such file in a bundle of version ${manifest.version}`));
    }
  }
  return steps.done(kind);
}

/** That the page of a bundle holds the other files; whether it is one that redress writes, no page can say. */
async function checkPage(steps, files) {
  const at = "verify.html";
  const page = files.get(at);
  files.delete(at);
  const isTheirs = await steps.take(at, "the page checks these same files", () => {
    const evidence = toBase64(writeArchive(files));
    if (!text(page ?? fail("missing"), "the page").includes(evidence)) fail("the page holds other evidence than these files");
  });
  if (isTheirs) steps.open(at, "the page is one that redress writes", "`redress check`, or a page of your own");
}

function parseManifest(files) {
  const manifest = readJson(files.get("bundle.json") ?? fail("missing"), "it");
  const arePlaces = (list) => isList(list) && list.every(isNumber);
  const isWhole = isOf(manifest, ["format", "version", "origin", "stream", "log_key", "positions", "anchors?", "files"])
    && [manifest.origin, manifest.stream, manifest.log_key].every(isText) && arePlaces(manifest.positions)
    && isObject(manifest.files) && Object.values(manifest.files).every(isText)
    && Object.keys(manifest.files).every((name, i, names) => i === 0 || names[i - 1] < name);
  if (!isWhole) fail("expected compact JSON with its keys in order");
  // Version 2 has time anchors, version 1 has none; version 3 may have some, and opens a field that is no text.
  const hasAnchors = Object.hasOwn(manifest, "anchors");
  if (manifest.format !== "redress-bundle" || ![hasAnchors ? 2n : 1n, 3n].includes(manifest.version)
    || (hasAnchors && !arePlaces(manifest.anchors))) {
    fail("expected redress-bundle version 1, or 2 with time anchors, or 3 with an opened field that is no text");
  }
  return manifest;
}

async function checkDigests(steps, files, manifest) {
  const claim = "it is as the list of contents says";
  for (const [name, expected] of Object.entries(manifest.files)) {
    const found = files.has(name) ? hex(await sha256(files.get(name))) : "no such file";
    if (found !== expected) await steps.take(name, claim, () => fail(`expected the digest ${expected}, found ${found}`));
  }
  for (const name of files.keys()) {
    if (!Object.hasOwn(manifest.files, name)) await steps.take(name, claim, () => fail("the list of contents does not name it"));
  }
  await steps.take("bundle.json", `${Object.keys(manifest.files).length} files were compared with it`, () => true);
}

/** Holds README.txt to the one text that fits the bundle, but for the reason that it states, which is given back. */
function checkReadme(bytes, manifest) {
  const found = text(bytes, "it");
  const line = (start) => found.split("\n").find((it) => it.startsWith(start))?.slice(start.length);
  const opened = Object.keys(manifest.files).map((name) => /^openings\/([0-9]+)-(.+)\.json$/.exec(name)).filter(Boolean)
    .map(([, position, field]) => `${field} (position ${BigInt(position)})`).sort();
  // In the order in which they were opened, which only the text knows.
  const stated = (line("IT HOLDS PERSONAL DATA, opened: ") ?? "").replace(/\.$/, "");
  const names = stated.split(", ").sort().join(", ") === opened.join(", ") ? stated : opened.join(", ");
  const reason = line("Reason: ");
  // Earlier texts named a proof about the index, and opened fields, in bundles without any.
  const isTold = (name, there) => there || line(name) !== undefined;
  const hasOpenings = isTold("openings/", Object.keys(manifest.files).some((name) => name.startsWith("openings/")));
  const hasIndex = isTold("index.proof", Object.hasOwn(manifest.files, "index.proof"));
  const expected = readme(manifest, names, reason, { hasOpenings, hasIndex }).split("\n");
  const lines = found.split("\n");
  for (let i = 0; i < Math.max(lines.length, expected.length); i += 1) {
    if (lines[i] !== expected[i]) fail(`line ${i + 1}: expected \`${expected[i] ?? ""}\`, found \`${lines[i] ?? ""}\``);
  }
  return reason === "no reason was given" ? undefined : reason;
}

/** The text that redress writes; the first had no reason in it. */
function readme(manifest, names, reason, { hasOpenings, hasIndex }) {
  const because = reason === undefined ? "" : `Reason: ${reason.replace(/\p{Cc}/gu, " ")}\n`;
  const opened = names === "" ? "No personal field is opened in it."
    : `IT HOLDS PERSONAL DATA, opened: ${names}.\n${because}Keep it as such data must be kept.`;
  const hasAnchors = Object.hasOwn(manifest, "anchors");
  const times = hasAnchors ? `
When its records existed, outside authorities have stamped. A browser cannot tell who made a
stamp; this can, and needs no network either:
- redress check BUNDLE.zip --vkey KEY --trust ROOT.pem, with the root certificate that the
  authority publishes.
` : "";
  const content = manifest.version === 3n ? "text (or bytes in base64, of a file that is none)" : "text";
  const anchors = hasAnchors ? "anchors/     records with time stamps (RFC 3161), and that they are about this log\n" : "";
  const openings = hasOpenings ? `openings/    opened fields: ${content} and salt of what the record commits to\n` : "";
  const index = hasIndex ? "index.proof  that these are all events of the case, as of an earlier size of the log\n" : "";
  return `Evidence of one case
====================

log    ${manifest.origin}
case   ${manifest.stream}
events ${manifest.positions.length}

${opened}

To check it, without a network:
- in a browser: open verify.html and paste the ledger's verifier key, which you must have
  from somewhere else than this bundle;
- on the command line: redress check BUNDLE.zip --vkey KEY (or --policy FILE).
${times}
${anchors}records/     the stored bytes of each event, exactly as they were hashed
proofs/      for each, that it is in the log (C2SP tlog-proof)
${openings}checkpoint.txt  the signed statement under which all of it stands
${index}bundle.json  the list of contents, with digests

What it cannot show: that what was entered is true, or that everything was entered.
`;
}

async function checkRecords(steps, files, manifest, note, accepted) {
  const leaves = [];
  let hasFiles = false;
  for (const [version, position] of manifest.positions.entries()) {
    const name = String(position).padStart(12, "0");
    const [recordAt, proofAt] = [`records/${name}.json`, `proofs/${name}.tlog-proof`];
    const bytes = files.get(recordAt) ?? new Uint8Array();
    const leaf = await leafHash(bytes);
    const proved = await steps.take(proofAt, `the record is at position ${position} of the log`, async () => {
      const proof = parseLogProof(files.get(proofAt) ?? fail("missing"));
      if (proof.extra) fail("line 2: expected no extra data");
      if (proof.index !== position) fail(`line 2: expected index ${position}, found ${proof.index}`);
      if (proof.note.whole !== note.whole) fail("expected the checkpoint of checkpoint.txt, found another");
      if (!accepted) fail("the checkpoint is not accepted");
      await verifyInclusion(leaf, proof.index, accepted.size, proof.hashes, accepted.root);
    });
    if (proved) leaves.push(leaf);
    files.delete(recordAt);
    files.delete(proofAt);
    const record = await steps.take(recordAt, `it is event ${version} of the case`, () => {
      const found = parseRecord(bytes);
      if (found.stream !== manifest.stream || found.version !== BigInt(version)) {
        fail(`expected version ${version} of ${manifest.stream}, found version ${found.version} of ${found.stream}`);
      }
      return found;
    });
    if (record) {
      steps.records.push({ ...record, position: String(position), isProved: proved === true });
      hasFiles = await checkOpenings(steps, files, manifest, name, record) || hasFiles;
    }
  }
  return { leaves, hasFiles };
}

/** Gives whether one of the opened fields is a file that is no text. */
async function checkOpenings(steps, files, manifest, name, record) {
  let hasFiles = false;
  for (const { field } of record.sealed ?? []) {
    const at = `openings/${name}-${field}.json`;
    if (!files.has(at)) continue;
    const opening = await steps.take(at, "it is an opened field", () => {
      const found = readJson(files.get(at), "it");
      if (!isOpening(found)) fail("expected an opened field");
      if (found.field !== field) fail("of another field");
      return found;
    });
    files.delete(at);
    if (!opening) continue;
    hasFiles ||= isFile(opening);
    await steps.openings(at, manifest.origin, record, [opening]);
  }
  return hasFiles;
}

async function checkAllEvents(steps, files, manifest, note, leaves, policy) {
  const [at, claim] = ["index.proof", "these are all events of the case as of the index commitment"];
  const bytes = files.get(at);
  files.delete(at);
  if (!bytes) {
    steps.open(at, claim, "a proof of that, and the bundle brings none: ask for the one that `redress prove stream` makes");
    return;
  }
  let events = 0;
  const shown = await steps.take(at, claim, async () => {
    const proof = parseIndexProof(bytes);
    events = proof.leaves.length;
    const found = await verifyIndexProof(proof, policy);
    if (proof.stream !== manifest.stream) fail(`line 2: it is about ${proof.stream}`);
    if (proof.proof.note.whole !== note.whole) fail("expected the checkpoint of checkpoint.txt, found another");
    const isStart = events > 0 && events <= leaves.length && proof.leaves.every((leaf, i) => same(leaf, leaves[i]));
    if (!isStart) fail(`expected the ${events} events that the ledger committed to, found others among the ${leaves.length} of the bundle`);
    if (manifest.positions.filter((position) => position < found.covers).length !== events) {
      fail("the bundle has other events from before the commitment");
    }
    return found;
  });
  if (shown) {
    steps.facts.push(["all events", `${events}, as of the first ${shown.covers} records`]);
    // Only the commitment itself follows what it covers: then there is nothing that could be left out.
    const isLast = shown.covers === shown.position && shown.size === shown.position + 1n;
    if (!isLast) {
      steps.open(at, `of the ${shown.size - shown.covers} records after that, no other is an event of the case`, "a later index commitment");
    }
  }
}

async function checkAnchors(steps, files, manifest, note, accepted) {
  const anchors = manifest.anchors ?? [];
  if (anchors.some((position, i) => i > 0 && position <= anchors[i - 1])) {
    await steps.take("bundle.json", "each time anchor is listed once", () => fail("expected their positions in rising order"));
  }
  for (const position of anchors) {
    const at = `anchors/${String(position).padStart(12, "0")}`;
    const file = (ending) => {
      const bytes = files.get(at + ending) ?? new Uint8Array();
      files.delete(at + ending);
      return bytes;
    };
    const [record, growth] = [file(".json"), file(".growth")];
    const anchor = await steps.take(`${at}.json`, "it holds a time stamp over a checkpoint of this log",
      () => readAnchor(record, position, manifest.origin));
    let isInLog = false;
    if (accepted && position < accepted.size) {
      isInLog = await steps.take(`${at}.tlog-proof`, `the record of the stamp is at position ${position} of the log`, async () => {
        const proof = parseLogProof(file(".tlog-proof"));
        if (proof.extra) fail("line 2: expected no extra data");
        if (proof.index !== position) fail(`line 2: expected index ${position}, found ${proof.index}`);
        if (proof.note.whole !== note.whole) fail("expected the checkpoint of checkpoint.txt, found another");
        await verifyInclusion(await leafHash(record), proof.index, accepted.size, proof.hashes, accepted.root);
      }) === true;
    } else {
      steps.open(`${at}.json`, "the record of the stamp is in the log, and what follows it is younger", "a checkpoint signed after it");
    }
    if (!anchor) continue;
    const { size, root } = anchor.checkpoint;
    const isGrown = await steps.take(`${at}.growth`, `the first ${size} records are those that were stamped`, async () => {
      const proof = parseGrowth(growth);
      if (proof.size !== size) fail(`line 1: expected the size ${size}, found ${proof.size}`);
      if (proof.note.whole !== note.whole) fail("expected the checkpoint of checkpoint.txt, found another");
      if (!accepted) fail("the checkpoint is not accepted");
      await verifyConsistency(size, accepted.size, root, accepted.root, proof.hashes);
    });
    const isOver = await steps.take(`${at}.json`, "the stamp is over exactly this checkpoint", () => {
      const stamp = readStamp(anchor.token);
      if (!same(stamp.digest, anchor.digest)) fail(`the stamp is over the digest ${hex(stamp.digest)}, expected ${hex(anchor.digest)}`);
      // As it is written: a time has many spellings, and readers know different ones.
      const written = new Date(stamp.millis).toISOString().replace(/\.?0+Z$/, "Z");
      if (anchor.stampedAt !== written) fail("the stamp states another time than its record");
    });
    if (!isOver || !isGrown) continue;
    steps.stamps.push({ position, size: String(size), time: anchor.stampedAt, authority: anchor.authority, isInLog });
    steps.open(`${at}.json`, `an authority you trust saw these ${size} records at ${anchor.stampedAt}`,
      "`redress check BUNDLE.zip --trust ROOT.pem`: this page has not checked the authority's signature and certificates");
  }
}
