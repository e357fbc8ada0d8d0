import { entryFrom, type Feed, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { type JsonObject, textAt, textsAt } from '../json-records.ts';
import { observe, observeEndpoint } from '../observable.ts';
import { confidenceOf, roleOf } from '../roles.ts';
import { hintOf, isHeader, namedEntry, tableRows } from '../table.ts';

/**
 * ThreatFox of abuse.ch: API answers, JSON exports (keyed by id) and CSV exports.
 * Source: threatfox.abuse.ch/api and /export.
 */
export const threatfox: FeedFormat = {
  name: 'threatfox',
  title: 'ThreatFox (abuse.ch)',
  accepts: ({ objects, lines }) =>
    objects.some((o) => textAt(o, 'ioc', 'ioc_value') !== '' && textAt(o, 'ioc_type') !== '') ||
    lines.some((line) => /^#.*"?ioc_value"?.*"?ioc_type"?/.test(line)),
  *read(feed) {
    if (!feed.records) yield* readCsv(feed);
    else
      for (const { at, value } of feed.records)
        yield value ? entryOfRecord(at, value) : refusal(at, 'malformed-record');
  },
};

function entryOfRecord(at: number, record: JsonObject) {
  const raw = textAt(record, 'ioc', 'ioc_value');
  const kind = textAt(record, 'ioc_type');
  const category = textAt(record, 'threat_type');
  const seen = kind === 'ip:port' ? observeEndpoint(raw) : observe(raw, hintOf(kind));
  return entryFrom(at, raw, seen, {
    role: roleOf(category, textAt(record, 'threat_type_desc')),
    category,
    malware: textAt(record, 'malware_printable', 'malware'),
    description: textAt(record, 'ioc_type_desc', 'threat_type_desc'),
    confidence: confidenceOf(textAt(record, 'confidence_level')),
    sourceId: textAt(record, 'id'),
    reference: textAt(record, 'reference', 'malware_malpedia'),
    tags: textsAt(record, 'tags'),
    firstSeen: readInstant(textAt(record, 'first_seen', 'first_seen_utc')),
    lastSeen: readInstant(textAt(record, 'last_seen', 'last_seen_utc')),
  });
}

function* readCsv(feed: Feed) {
  let names: readonly string[] = [];
  for (const { at, fields, line } of tableRows(feed, ',')) {
    if (line.startsWith('#')) {
      const header = line
        .slice(1)
        .split(',')
        .map((name) => name.replaceAll(/["\s]/g, ''));
      if (isHeader(header)) names = header;
    } else if (!fields) yield refusal(at, 'malformed-record', line);
    else
      yield namedEntry(
        at,
        fields.map((field, i) => [names[i] ?? '', field] as const),
      );
  }
}
