/**
 * Comparers of the threat-intelligence kinds: what readFeed makes of others' feeds against what they published.
 * Every entry must be an indicator or a counted refusal; where upstream states results, an indicator agrees with them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedTotals, type Indicator, observe, parseUrl, readFeed } from '#core/intel/index.ts';

interface IntelCase {
  readonly dir: string;
  readonly files: readonly { readonly file: string; readonly role: string }[];
}
type Verdict = { readonly wrong: readonly string[] } | { readonly notApplicable: string };

interface Reading extends FeedTotals {
  readonly found: readonly Indicator[];
}

function read(text: string): Reading {
  const found: Indicator[] = [];
  return { ...readFeed(text, { add: (indicator) => found.push(indicator) }), found };
}

const filesOf = (found: IntelCase, role: string): readonly string[] =>
  found.files.filter((f) => f.role === role).map((f) => f.file);

const load = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

/** What a reading does not account for. */
function unaccounted(reading: Reading, entries: number): string[] {
  const refused = Object.values(reading.refusals).reduce((sum, count) => sum + count, 0);
  const sum = reading.taken + reading.withdrawn + refused;
  return [
    ...(reading.entries === entries ? [] : [`${reading.entries} entries, ${entries} are in it`]),
    ...(sum === reading.entries ? [] : [`${sum} of ${reading.entries} entries accounted for`]),
    ...(reading.found.length === reading.indicators ? [] : ['indicators and their count differ']),
  ];
}

/** A value at a dotted path of parsed JSON. */
function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

// ---- threat-intel-feeds

/** Plain feeds: as many entries as there are elements of JSON, or lines that are neither comments nor header. */
export function compareFeed(found: IntelCase, folder: string): Verdict {
  const wrong = filesOf(found, 'input').flatMap((file) => {
    const text = load(folder, file);
    return unaccounted(read(text), elementsOf(text));
  });
  return { wrong };
}

function elementsOf(text: string): number {
  const whole = tryJson(text);
  if (whole !== undefined) return countJson(whole);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (tryJson(lines[0] ?? '') !== undefined) return lines.length;
  if (lines[0]?.startsWith('<')) return lines.length;
  const data = lines.filter((line) => !/^\s*[#;!]/.test(line));
  const hasHeader = /^\w+(?:[,\t] ?[\w-]+){1,}$/.test(data[0]?.trim() ?? '');
  return data.length - (hasHeader ? 1 : 0);
}

/** Elements: indicators of pulses, attributes of events, else members of the array. */
function countJson(value: unknown): number {
  if (!Array.isArray(value)) {
    const attributes = at(value, 'Attribute');
    return Array.isArray(attributes) ? attributes.length : 1;
  }
  return value.reduce((sum: number, item: unknown) => {
    const inner = at(item, 'indicators');
    return sum + (Array.isArray(inner) ? inner.length : 1);
  }, 0);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON, which is an answer here.
    return undefined;
  }
}

// ---- threat-intel

/** Events with the indicator that upstream's pipeline made of each, in the Elastic Common Schema. */
export function compareEvents(found: IntelCase, folder: string): Verdict {
  const wrong = filesOf(found, 'input').flatMap((file) => {
    const expected = at(tryJson(load(folder, `${file}-expected.json`)), 'expected');
    if (!Array.isArray(expected)) return [`${file}: no expectation`];
    const { header, events } = eventsOf(load(folder, file));
    const offset = expected[0] === null ? 1 : 0;
    if (events.length + offset !== expected.length)
      return [`${events.length} events, ${expected.length - offset} are expected`];
    return events.flatMap((event, i) =>
      compareEvent(read(header + event), at(expected[i + offset], 'threat.indicator')).map(
        (text) => `event ${i + 1}: ${text}`,
      ),
    );
  });
  return { wrong };
}

function eventsOf(text: string): { readonly header: string; readonly events: readonly string[] } {
  const wrapped = at(tryJson(text), 'events');
  if (Array.isArray(wrapped))
    return {
      header: '',
      events: wrapped.map((event: unknown) =>
        String(at(event, 'message') ?? JSON.stringify(at(event, 'json'))),
      ),
    };
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const isTable = !lines[0]?.startsWith('{');
  return { header: isTable ? `${lines[0]}\n` : '', events: isTable ? lines.slice(1) : lines };
}

function compareEvent(reading: Reading, expected: unknown): string[] {
  const refused = Object.values(reading.refusals).reduce((sum, count) => sum + count, 0);
  if (reading.entries === 0 || reading.taken + reading.withdrawn + refused !== reading.entries)
    return [`${reading.entries} entries, not all accounted for`];
  const values = valuesOf(expected);
  if (reading.found.length === 0) return refusalIsRight(reading, values);
  if (values.length === 0) return [`made ${reading.found[0]!.value} of an event without a value`];
  return values.flatMap((wanted) => {
    const match = reading.found.find((i) => agrees(i, wanted));
    if (match) return compareFacts(match, expected);
    const isRefused = refused > 0 || 'refused' in observe(wanted.text);
    return isRefused ? [] : [`no indicator for ${wanted.text}`];
  });
}

interface Wanted {
  readonly kind: 'ip' | 'url' | 'name' | 'hash' | 'email';
  readonly text: string;
}

/** The values that upstream names; a URL's host is part of the URL. */
function valuesOf(expected: unknown): readonly Wanted[] {
  const values: Wanted[] = [];
  const type = at(expected, 'type');
  const url = at(expected, 'url.original') ?? at(expected, 'url.full');
  if (type === 'url' && typeof url === 'string') values.push({ kind: 'url', text: url });
  const domain = at(expected, 'url.domain');
  if (type === 'domain-name' && typeof domain === 'string')
    values.push({ kind: 'name', text: domain });
  const ip = at(expected, 'ip');
  if (typeof ip === 'string' && /^ipv[46]-addr$/.test(String(type)))
    values.push({ kind: 'ip', text: ip });
  const email = at(expected, 'email.address');
  if (typeof email === 'string') values.push({ kind: 'email', text: email });
  for (const kind of ['md5', 'sha1', 'sha256']) {
    const hash = at(expected, `file.hash.${kind}`);
    if (typeof hash === 'string') values.push({ kind: 'hash', text: hash });
  }
  return values;
}

function agrees(indicator: Indicator, { kind, text }: Wanted): boolean {
  if (kind === 'url') return indicator.type === 'url' && indicator.raw === text;
  if (kind === 'name') return indicator.type === 'domain' && indicator.value === text.toLowerCase();
  if (kind === 'email') return indicator.type === 'email' && indicator.value === text.toLowerCase();
  if (kind === 'ip') return indicator.type === 'ip' && indicator.value === text;
  return /^(md5|sha1|sha256)$/.test(indicator.type) && indicator.value === text.toLowerCase();
}

const millis = (value: unknown): number =>
  /^\d{16}$/.test(String(value)) ? Number(value) / 1000 : Date.parse(String(value));

function compareFacts(indicator: Indicator, expected: unknown): string[] {
  const wrong: string[] = [];
  const expect = (name: string, actual: unknown, wanted: unknown) => {
    if (wanted !== undefined && String(actual) !== String(wanted))
      wrong.push(`${name} is ${String(actual)}, expected ${String(wanted)}`);
  };
  if (indicator.type === 'ip') expect('port', indicator.port, at(expected, 'port'));
  if (indicator.type === 'url') {
    const url = parseUrl(indicator.value);
    expect('host', url?.host, at(expected, 'url.domain'));
    expect('scheme', url?.scheme, at(expected, 'url.scheme'));
  }
  const first = at(expected, 'first_seen');
  if (first !== undefined)
    expect('first seen', Math.floor((indicator.firstSeen ?? 0) / 1000), Math.floor(millis(first)));
  const last = at(expected, 'last_seen');
  if (last !== undefined)
    expect('last seen', Math.floor((indicator.lastSeen ?? 0) / 1000), Math.floor(millis(last)));
  const [tlp] = [at(expected, 'marking.tlp')].flat();
  if (typeof tlp === 'string' && indicator.tlp !== '')
    expect('TLP', indicator.tlp, tlp.toLowerCase().replace('white', 'clear'));
  return wrong;
}

/** Nothing came of an event: right when upstream names no value either, or Weir does not look for what it names. */
function refusalIsRight(reading: Reading, values: readonly Wanted[]): string[] {
  const reasons = Object.keys(reading.refusals);
  if (values.length === 0) return [];
  if (reasons.includes('not-for-detection')) return [];
  const lost = values.filter(({ text }) => !('refused' in observe(text)));
  return lost.length === 0 ? [] : [`refused ${lost[0]!.text}: ${reasons.join(', ')}`];
}

// ---- threat-intel-misp

/**
 * MISP events: as many entries as attributes. Where upstream converted to STIX, each name and address that was taken is in
 * a pattern there, and the patterns are read without a loss.
 */
export function compareMisp(found: IntelCase, folder: string): Verdict {
  const patterns = filesOf(found, 'expected').map((file) => load(folder, file));
  const wrong = filesOf(found, 'input').flatMap((file) => {
    const text = load(folder, file);
    const reading = read(text);
    const missing = patterns.flatMap((stix) =>
      reading.found
        .filter((i) => !stix.includes(`'${i.value}'`))
        .map((i) => `${i.value} is in no pattern of upstream's`),
    );
    return [...unaccounted(reading, attributesOf(tryJson(text))), ...missing];
  });
  return {
    wrong: [
      ...wrong,
      ...patterns.flatMap((stix) => unaccounted(read(stix), objectsOf(tryJson(stix)))),
    ],
  };
}

/** Attributes of events and objects; what holds none counts as one statement. */
function attributesOf(value: unknown): number {
  if (Array.isArray(value))
    return value.reduce((sum: number, item: unknown) => sum + attributesOf(item), 0);
  for (const name of ['response', 'Event', 'Object'])
    if (at(value, name) !== undefined && at(value, 'Attribute') === undefined)
      return attributesOf(at(value, name));
  const own = at(value, 'Attribute');
  const objects = at(value, 'Object');
  const count = Array.isArray(own) ? own.length : 0;
  return count + (Array.isArray(objects) ? attributesOf(objects) : 0) || 1;
}

// ---- threat-intel-stix

/** Bundles: one entry an object, and every value that a pattern of equality names is taken or refused by a reason. */
export function compareStix(found: IntelCase, folder: string): Verdict {
  const wrong = filesOf(found, 'input').flatMap((file) => {
    const text = load(folder, file);
    const reading = read(text);
    const values = [...text.matchAll(/"pattern": "\[\s*[\w-]+:value = '([^']+)'\s*\]"/g)].map(
      (m) => m[1]!,
    );
    const lost = values.filter(
      (value) => !('refused' in observe(value)) && !reading.found.some((i) => i.raw === value),
    );
    return [
      ...unaccounted(reading, objectsOf(tryJson(text))),
      ...lost.map((value) => `${value} of a pattern is lost`),
    ];
  });
  return { wrong };
}

function objectsOf(value: unknown): number {
  const objects = at(value, 'objects');
  return Array.isArray(objects) ? objects.length : 1;
}

// ---- detect-maltrail

/**
 * Maltrail's corpus: trails to look for in captures. The trails are read (a case fails when a line is lost, or when an
 * expected trail is not understood); the captures wait for a reader of packets, so no case passes.
 */
export function compareMaltrail(found: IntelCase, folder: string): Verdict {
  const text = load(folder, 'trails.csv');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const reading = read(text);
  const expected = at(tryJson(load(folder, 'expected.json')), 'expect');
  const named = (Array.isArray(expected) ? expected : []).filter((trail: unknown) =>
    lines.some((line) => line.startsWith(`${String(trail)},`)),
  );
  const lost = named.filter(
    (trail: unknown) => !reading.found.some((i) => i.value === String(trail)),
  );
  const wrong = [
    ...unaccounted(reading, lines.length),
    ...lost.map((trail: unknown) => `${String(trail)} is not understood`),
  ];
  if (found.files.length === 0) wrong.push('the case has no files');
  return wrong.length > 0 ? { wrong } : { notApplicable: 'Weir reads no captures yet' };
}
