import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';
import { roleOf } from '../roles.ts';

/** `trail,info,reference`, where the reference is in parentheses or an address. */
const ROW = /^("(?:[^"]|"")*"|[^,]*),([^,]*(?:\([^)]*\))?[^,]*),(\(.*\)|https?:.*|[\w.-]+)$/;

/**
 * Maltrail's compiled trails: addresses with or without port, names (which hold for everything below them), paths and
 * host/path. Regular expressions are refused.
 * Source: Maltrail, trails.csv.
 */
export const maltrail: FeedFormat = {
  name: 'maltrail',
  title: 'Maltrail trails',
  accepts: ({ data }) =>
    data.length > 0 &&
    data.filter((line) => /,[^,]*\([^)]*\)[^,]*,\([\w .-]+\)$/.test(line)).length * 2 >=
      data.length,
  *read(feed) {
    for (const { at, line } of feed.dataLines()) {
      const [, trail = '', info = '', reference = ''] = ROW.exec(line) ?? [];
      yield trail === ''
        ? refusal(at, 'malformed-record', line)
        : entry(at, trail.replaceAll('"', ''), info, reference);
    }
  },
};

function entry(at: number, trail: string, info: string, reference: string): Entry {
  const facts = {
    role: roleOf(info),
    category: info,
    malware: /^([^(]+?)\s*\(malware\)$/.exec(info)?.[1] ?? '',
    reference: reference.startsWith('http') ? reference : '',
  };
  if (/[\\*+?^$|()]|\[(?![0-9a-f:]+\])/.test(trail))
    return refusal(at, 'unsupported-pattern', trail);
  if (trail.startsWith('/')) return entryOf(at, trail, facts, 'url-path');
  if (trail.includes('/') && !/^[\d.:a-f]+\/\d+$/i.test(trail))
    return entryOf(at, trail, facts, 'url');
  if (/^[\d.]+(:\d+)?$|^\[?[0-9a-f]*:[0-9a-f:]*\]?(:\d+)?$|\/\d+$/i.test(trail))
    return entryOf(at, trail, facts, 'ip');
  return entryOf(at, trail, facts, 'domain-suffix');
}
