import { parseDelimited } from '#core/base/index.ts';
import { type Entry, entryFrom, entryOf, type Feed, refusal } from './feed.ts';
import type { Facts } from './indicator.ts';
import { readInstant } from './instants.ts';
import { type Hint, type Observed, observe, observeEndpoint } from './observable.ts';
import { confidenceOf, roleOf, tlpOf } from './roles.ts';

/** What a column of a table or a field of a record holds. */
type Meaning =
  | { readonly value: Hint }
  | { readonly fact: 'category' | 'malware' | 'description' | 'reference' | 'sourceId' }
  | { readonly instant: 'firstSeen' | 'lastSeen' | 'validFrom' | 'validUntil' }
  | { readonly other: 'kind' | 'port' | 'confidence' | 'tags' | 'tlp' | 'withdrawn' };

/** Names of columns, letters and digits only, most telling first: the first that yields a value is the indicator. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  indicator: { value: 'any' },
  indicatorvalue: { value: 'any' },
  ioc: { value: 'any' },
  iocvalue: { value: 'any' },
  observable: { value: 'any' },
  value: { value: 'any' },
  url: { value: 'url' },
  sourceurl: { value: 'url' },
  desturl: { value: 'url' },
  destinationurl: { value: 'url' },
  maliciousurl: { value: 'url' },
  urlip: { value: 'any' },
  domain: { value: 'domain' },
  domainname: { value: 'domain' },
  fqdn: { value: 'domain' },
  host: { value: 'any' },
  hostname: { value: 'domain' },
  sourcefqdn: { value: 'domain' },
  destinationfqdn: { value: 'domain' },
  sha256: { value: 'sha256' },
  sha256hash: { value: 'sha256' },
  sha1: { value: 'sha1' },
  sha1hash: { value: 'sha1' },
  md5: { value: 'md5' },
  md5hash: { value: 'md5' },
  hash: { value: 'hash' },
  filehash: { value: 'hash' },
  ja3: { value: 'ja3' },
  ja3md5: { value: 'ja3' },
  ja4: { value: 'ja4' },
  jarm: { value: 'jarm' },
  ip: { value: 'ip' },
  ipaddress: { value: 'ip' },
  ipstr: { value: 'ip' },
  ipv4: { value: 'ip' },
  ipv6: { value: 'ip' },
  address: { value: 'ip' },
  sourceip: { value: 'ip' },
  srcip: { value: 'ip' },
  dstip: { value: 'ip' },
  destip: { value: 'ip' },
  destinationip: { value: 'ip' },
  cidr: { value: 'ip' },
  network: { value: 'ip' },
  netblock: { value: 'ip' },
  subnet: { value: 'ip' },
  email: { value: 'email' },
  type: { other: 'kind' },
  ioctype: { other: 'kind' },
  indicatortype: { other: 'kind' },
  port: { other: 'port' },
  dstport: { other: 'port' },
  destport: { other: 'port' },
  sourceport: { other: 'port' },
  confidence: { other: 'confidence' },
  confidencelevel: { other: 'confidence' },
  score: { other: 'confidence' },
  risk: { other: 'confidence' },
  tags: { other: 'tags' },
  tlp: { other: 'tlp' },
  threat: { fact: 'category' },
  threattype: { fact: 'category' },
  category: { fact: 'category' },
  classification: { fact: 'category' },
  classificationtype: { fact: 'category' },
  malware: { fact: 'malware' },
  malwareprintable: { fact: 'malware' },
  malwarefamily: { fact: 'malware' },
  family: { fact: 'malware' },
  botnet: { fact: 'malware' },
  signature: { fact: 'malware' },
  description: { fact: 'description' },
  comment: { fact: 'description' },
  note: { fact: 'description' },
  optionalinformation: { fact: 'description' },
  reference: { fact: 'reference' },
  link: { fact: 'reference' },
  id: { fact: 'sourceId' },
  uuid: { fact: 'sourceId' },
  firstseen: { instant: 'firstSeen' },
  firstseenutc: { instant: 'firstSeen' },
  firstseenat: { instant: 'firstSeen' },
  dateadded: { instant: 'firstSeen' },
  date: { instant: 'firstSeen' },
  timestamp: { instant: 'lastSeen' },
  lastseen: { instant: 'lastSeen' },
  lastseenutc: { instant: 'lastSeen' },
  lastseenat: { instant: 'lastSeen' },
  lastonline: { instant: 'lastSeen' },
  validfrom: { instant: 'validFrom' },
  validuntil: { instant: 'validUntil' },
  expiration: { instant: 'validUntil' },
  expires: { instant: 'validUntil' },
  revoked: { other: 'withdrawn' },
};

const ORDER: ReadonlyMap<string, number> = new Map(
  Object.keys(MEANINGS).map((name, i) => [name, i]),
);

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** True when a row names columns: one of them that of the value, and none of them a value itself. */
export function isHeader(names: readonly string[]): boolean {
  const isNamed = names.some((name) => {
    const meaning = MEANINGS[plainName(name)];
    return meaning !== undefined && 'value' in meaning;
  });
  return isNamed && names.every((name) => 'refused' in observe(name));
}

/** What a source says a value is, as feeds spell it; `any` when that names none. */
export function hintOf(kind: string): Hint {
  switch (plainName(kind).replace(/hash$|^filehash|^hash/, '')) {
    case 'ip':
    case 'ipv4':
    case 'ipv6':
    case 'ipdst':
    case 'ipsrc':
    case 'ipport':
    case 'address':
    case 'ipaddress':
    case 'cidr':
    case 'ipv4addr':
    case 'ipv6addr':
      return 'ip';
    case 'domain':
    case 'hostname':
    case 'fqdn':
    case 'host':
    case 'domainname':
      return 'name';
    case 'url':
    case 'uri':
      return 'url';
    case 'md5':
      return 'md5';
    case 'sha1':
      return 'sha1';
    case 'sha256':
      return 'sha256';
    case 'ja3':
      return 'ja3';
    case 'email':
    case 'emailaddress':
      return 'email';
    case 'asn':
      return 'asn';
    default:
      return 'any';
  }
}

/**
 * One record with names of fields to the entry it is. A record is one observation: of several values (a URL and the address
 * it was served from) the most telling that can be looked for is the indicator, so that a shared host does not become one.
 */
export function namedEntry(
  where: number,
  fields: Iterable<readonly [name: string, value: string]>,
  defaults: Facts = {},
): Entry {
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = { ...defaults };
  const values: { rank: number; hint: Hint; raw: string }[] = [];
  let kind = '';
  let port = '';
  for (const [name, raw] of fields) {
    const key = plainName(name);
    const meaning = Object.hasOwn(MEANINGS, key) ? MEANINGS[key] : undefined;
    const text = raw.trim();
    if (!meaning || text === '') continue;
    if ('value' in meaning) values.push({ rank: ORDER.get(key)!, hint: meaning.value, raw: text });
    else if ('fact' in meaning) facts[meaning.fact] = text;
    else if ('instant' in meaning) facts[meaning.instant] = readInstant(text);
    else if (meaning.other === 'kind') kind = text;
    else if (meaning.other === 'port') port = text;
    else if (meaning.other === 'confidence') facts.confidence = confidenceOf(text);
    else if (meaning.other === 'tlp') facts.tlp = tlpOf(text);
    else if (meaning.other === 'withdrawn') {
      if (/^(true|1|yes)$/i.test(text)) return refusal(where, 'withdrawn', text);
    } else facts.tags = text.split(/[,;|]/).map((tag) => tag.trim());
  }
  facts.role ??= roleOf(facts.category ?? '', kind, (facts.tags ?? []).join(' '));
  values.sort((a, b) => a.rank - b.rank);
  let first: Entry | undefined;
  for (const { hint, raw } of values) {
    const entry = entryFrom(where, raw, withPort(see(raw, hint, kind), port), facts);
    if ('indicators' in entry) return entry;
    first ??= entry;
  }
  return first ?? refusal(where, 'no-observable');
}

function see(raw: string, hint: Hint, kind: string): Observed {
  if (hint !== 'any') return observe(raw, hint);
  return plainName(kind) === 'ipport' ? observeEndpoint(raw) : observe(raw, hintOf(kind));
}

function withPort(seen: Observed, text: string): Observed {
  const port = Number(text);
  if ('refused' in seen || seen.type !== 'ip' || seen.port !== null || text === '') return seen;
  return Number.isInteger(port) && port > 0 && port < 65536 ? { ...seen, port } : seen;
}

const DELIMITERS = [',', '\t', ';', '|'] as const;

/** The delimiter that cuts all of the lines into equally many fields, at least two; undefined when none does. */
export function delimiterOf(lines: readonly string[]): string | undefined {
  let best: { delimiter: string; fields: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const counts = lines
      .slice(0, 20)
      .map((line) => parseDelimited(line, delimiter).records[0]?.fields.length ?? 0);
    const fields = counts[0] ?? 0;
    const alike = counts.filter((count) => count >= 2).length;
    if (fields >= 2 && alike * 10 >= counts.length * 9 && fields > (best?.fields ?? 0))
      best = { delimiter, fields };
  }
  return best?.delimiter;
}

export interface TableRow {
  readonly at: number;
  readonly line: string;
  /** Undefined where the quotes of the row do not close. */
  readonly fields: readonly string[] | undefined;
}

/** Lines that one quoted field may span. */
const LONGEST_ROW_LINES = 32;

/**
 * Rows of a delimited feed, comments among them. Each row is read on its own, so that a damaged one costs itself alone; a
 * quoted field may hold line breaks.
 */
export function* tableRows(feed: Feed, delimiter: string): Generator<TableRow> {
  const open: { at: number; line: string }[] = [];
  const giveUp = () => open.splice(0).map((row) => rowOf(row.at, row.line, delimiter));
  for (const item of feed.lines()) {
    open.push(item);
    const row = rowOf(open[0]!.at, open.map(({ line }) => line).join('\n'), delimiter);
    if (row.fields) {
      open.length = 0;
      yield row;
    } else if (open.length >= LONGEST_ROW_LINES || !row.isOpen) yield* giveUp();
  }
  yield* giveUp();
}

function rowOf(
  at: number,
  line: string,
  delimiter: string,
): TableRow & { readonly isOpen: boolean } {
  const { records, problem } = parseDelimited(line, delimiter);
  return {
    at,
    line,
    fields: problem ? undefined : records[0]?.fields.map((field) => field.trim()),
    isOpen: problem?.message === 'a quote is not closed',
  };
}

/** Reads a delimited feed by its header, or, without one, by what the cells of each row look like. */
export function* readTable(feed: Feed, delimiter: string, defaults: Facts = {}): Generator<Entry> {
  let header: readonly string[] | undefined;
  let isFirst = true;
  for (const { at, fields, line } of tableRows(feed, delimiter)) {
    const comment = /^(#|;|\/\/|!)/.exec(line)?.[0];
    if (comment !== undefined) {
      const names = parseDelimited(line.slice(comment.length).trim(), delimiter).records[0]?.fields;
      if (names && names.length > 1 && isHeader(names)) header = names.map((name) => name.trim());
      continue;
    }
    if (isFirst && fields && isHeader(fields)) header = fields;
    else if (!fields) yield refusal(at, 'malformed-record', line);
    else if (header) {
      const names = header;
      yield namedEntry(
        at,
        fields.map((field, i) => [names[i] ?? '', field] as const),
        defaults,
      );
    } else yield cellsEntry(at, fields, defaults);
    isFirst = false;
  }
}

/** A row without names: the first cell that can be looked for, described by the first text behind it. */
function cellsEntry(at: number, fields: readonly string[], defaults: Facts): Entry {
  let first: Entry | undefined;
  for (const [i, raw] of fields.entries()) {
    const rest = fields.slice(i + 1);
    const description = rest.find((cell) => /[a-z]{3}/i.test(cell) && !/:\/\//.test(cell)) ?? '';
    const seen = rest.map(readInstant).find((instant) => instant !== null) ?? null;
    const entry = entryOf(at, raw, {
      role: roleOf(description),
      description,
      firstSeen: seen,
      ...defaults,
    });
    if ('indicators' in entry) return entry;
    if (!first && 'refused' in entry && entry.refused !== 'no-observable') first = entry;
  }
  return first ?? refusal(at, 'no-observable', fields.join(' '));
}
