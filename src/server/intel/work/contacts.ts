import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { parseIp } from '#core/base/index.ts';
import { isPublicKind, specialKind } from '#core/enrich/index.ts';
import { type Matcher, openMatcher, type Term } from '#core/intel/index.ts';
import type { DuckDBValue, Duckdb } from '#server/duckdb/index.ts';
import type { Contact, ContactJob } from './messages.ts';
import { relation } from './relation.ts';

const open = new Map<string, { readonly stamp: string; readonly matcher: Matcher }>();

/** The compiled matcher, read once for as long as its file stays the same. */
function matcherAt(path: string): Matcher {
  const { mtimeMs, size } = statSync(path);
  const stamp = `${mtimeMs} ${size}`;
  const known = open.get(path);
  if (known?.stamp === stamp) return known.matcher;
  open.delete(path);
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const read = readSync(file, bytes, at, size - at, at);
      if (read === 0) throw new Error(`${path} is cut short`);
      at += read;
    }
  } finally {
    closeSync(file);
  }
  const matcher = openMatcher(buffer);
  open.set(path, { stamp, matcher });
  return matcher;
}

/** Most addresses of one question that may be hits: a feed that names half the internet is not evidence. */
const MOST_HITS = 20_000;

/**
 * Contacts of the rows with indicators: first the distinct addresses against the matcher, then, of the few that hit, the
 * rows. Addresses inside (private ones) are never hits: an indicator names the outside.
 */
export async function contacts(job: ContactJob, engine: Duckdb): Promise<readonly Contact[]> {
  const matcher = matcherAt(job.matcher);
  const details = job.details === undefined ? matcher : matcherAt(job.details);
  const files = relation(job.source, job.files, READ[job.source]);
  const hits = new Map<string, readonly Term[]>();
  const distinct = `SELECT DISTINCT "SrcIp" FROM ${files} UNION SELECT DISTINCT "DestIp" FROM ${files}`;
  const found: number[] = [];
  for await (const rows of engine.stream(distinct))
    for (const [value] of rows) {
      const ip = String(value);
      const words = parseIp(ip);
      if (!words || !isPublicKind(specialKind(words)) || hits.size >= MOST_HITS) continue;
      found.length = 0;
      matcher.findAddress(words, found);
      if (found.length > 0) hits.set(ip, details.termsOfAddress(ip));
    }
  if (hits.size === 0) return [];
  const list = [...hits.keys()].map((ip) => `'${ip}'`).join(', ');
  const sql = SQL[job.source](files, `"SrcIp" IN (${list}) OR "DestIp" IN (${list})`);
  const contacts = new Folded();
  for await (const rows of engine.stream(sql))
    for (const row of rows) for (const contact of contactsOf(row, hits)) contacts.add(contact);
  return contacts.all();
}

/** Most contacts of one question that came in and got no answer: the noise of the internet. The busiest are kept. */
const MOST_NOISE = 5_000;

/**
 * Contacts by what tells them apart. Ports of what came in without an answer are not told apart, or every scan would be as
 * many contacts as ports.
 */
class Folded {
  readonly #contacts = new Map<string, Contact>();

  add(given: Contact): void {
    const contact = isNoise(given) ? { ...given, port: null } : given;
    const { day, seen, asset, direction, port, protocol } = contact;
    const key = [day, seen, asset, direction, port, protocol].join(' ');
    const known = this.#contacts.get(key);
    this.#contacts.set(key, known ? joined(known, contact) : contact);
  }

  all(): readonly Contact[] {
    const all = [...this.#contacts.values()];
    const noise = all.filter(isNoise).sort((a, b) => b.flows - a.flows);
    return [...all.filter((contact) => !isNoise(contact)), ...noise.slice(0, MOST_NOISE)];
  }
}

const isNoise = ({ direction, replyBytes }: Contact): boolean =>
  direction === 'inbound' && replyBytes === 0;

const joined = (a: Contact, b: Contact): Contact => ({
  ...a,
  first: Math.min(a.first, b.first),
  last: Math.max(a.last, b.last),
  flows: a.flows + b.flows,
  allowed: a.allowed + b.allowed,
  sentBytes: a.sentBytes + b.sentBytes,
  replyBytes: a.replyBytes + b.replyBytes,
});

const READ: Readonly<Record<ContactJob['source'], readonly string[]>> = {
  Flows:
    'TimeGenerated FlowStartTime FlowEndTime SrcIp DestIp SrcPort DestPort L4Protocol FlowStatus InitiatorKnown BytesSrcToDest BytesDestToSrc'.split(
      ' ',
    ),
  PairDays:
    'TimeGenerated SrcIp DestIp DestPort L4Protocol Flows AllowedFlows IsAnswered BytesSrcToDest BytesDestToSrc FirstTime LastTime'.split(
      ' ',
    ),
};

/**
 * A record of one direction says nothing of who began: its sender answered when it has the lower port, as reduction has it.
 * Then ends, and bytes, change places.
 */
const IS_ANSWER =
  'coalesce(NOT "InitiatorKnown", true) AND "BytesDestToSrc" IS NULL AND coalesce("SrcPort" < "DestPort", false)';

/** Day, initiator, responder, its port, protocol, first, last, flows, allowed, bytes each way. */
const SQL: Readonly<Record<ContactJob['source'], (files: string, where: string) => string>> = {
  Flows: (files, where) =>
    `SELECT strftime("TimeGenerated", '%Y-%m-%d'), if(a, "DestIp", "SrcIp"), if(a, "SrcIp", "DestIp"),
      if(a, "SrcPort", "DestPort"), "L4Protocol",
      epoch_us(min(coalesce("FlowStartTime", "TimeGenerated"))),
      epoch_us(max(coalesce("FlowEndTime", "TimeGenerated"))),
      count(*) FILTER (WHERE NOT a), count(*) FILTER (WHERE NOT a AND "FlowStatus" <> 'Denied'),
      coalesce(sum(if(a, 0, "BytesSrcToDest")), 0),
      coalesce(sum(if(a, "BytesSrcToDest", "BytesDestToSrc")), 0)
    FROM (SELECT *, ${IS_ANSWER} AS a FROM ${files} WHERE ${where}) GROUP BY ALL`,
  PairDays: (files, where) =>
    `SELECT strftime("TimeGenerated", '%Y-%m-%d'), "SrcIp", "DestIp", "DestPort", "L4Protocol",
      epoch_us(min("FirstTime")), epoch_us(max("LastTime")), sum("Flows"), sum("AllowedFlows"),
      coalesce(sum("BytesSrcToDest"), 0),
      greatest(coalesce(sum("BytesDestToSrc"), 0), max(if("IsAnswered", 1, 0)))
    FROM ${files} WHERE ${where} GROUP BY ALL`,
};

function contactsOf(
  row: readonly DuckDBValue[],
  hits: ReadonlyMap<string, readonly Term[]>,
): Contact[] {
  const [day, src, dest, portValue, protocol, first, last, flows, allowed, sent, reply] = row;
  const port = portValue === null || portValue === undefined ? null : Number(portValue);
  const rest = {
    day: String(day),
    port,
    protocol: String(protocol),
    first: Number(first),
    last: Number(last),
    flows: Number(flows),
    allowed: Number(allowed),
    sentBytes: Number(sent),
    replyBytes: Number(reply),
  };
  const contact = (seen: string, asset: string, direction: Contact['direction']): Contact[] => {
    // The port of an indicator is that of its service: it is met when the asset goes there.
    const terms = (hits.get(seen) ?? []).filter(
      (term) => term.port === null || (direction === 'outbound' && term.port === port),
    );
    const best = strongest(terms);
    return best ? [{ ...rest, seen, asset, direction, indicator: best }] : [];
  };
  return [
    ...contact(String(dest), String(src), 'outbound'),
    ...contact(String(src), String(dest), 'inbound'),
  ];
}

/** The indicator that says most: the surest, of equal ones the narrowest, which comes first. */
function strongest(terms: readonly Term[]): Contact['indicator'] | undefined {
  const [best] = terms.toSorted((a, b) => b.confidence - a.confidence);
  if (!best) return undefined;
  const { type, value, port, role, confidence, flags, firstSeen, validUntil } = best;
  const feeds = [...new Set(terms.flatMap((term) => term.feeds))].sort();
  return { type, value, port, role, confidence, flags, firstSeen, validUntil, feeds };
}
