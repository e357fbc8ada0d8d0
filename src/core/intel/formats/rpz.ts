import { type Entry, entryOf, type FeedFormat, refusal } from '../feed.ts';

/** `owner [ttl] [class] type data`, with comments behind `;`. */
const RECORD = /^(\S+)\s+(?:\d+[smhdw]?\s+)?(?:IN\s+)?([A-Z]+)\s+(\S.*)$/i;

/**
 * Response policy zones: each owner is a name that is answered falsely; `*.name` is all below it, and addresses are owners
 * under `rpz-ip` with their bytes reversed. `rpz-passthru.` lets a name pass: it is no indicator.
 * Source: draft-vixie-dnsop-dns-rpz.
 */
export const rpz: FeedFormat = {
  name: 'rpz',
  title: 'DNS response policy zone',
  accepts: ({ data }) =>
    data.some(
      (line) => /\sSOA\s/i.test(line) || /\s(rpz-(passthru|drop|tcp-only)\.)$/i.test(line),
    ) ||
    (data.length > 0 &&
      data.every((line) => /^\S+\s+(\d+\s+)?(IN\s+)?CNAME\s+(\.|\*\.)$/i.test(line))),
  *read(feed) {
    let isInSoa = false;
    for (const { at, line } of feed.lines()) {
      const text = line.replace(/\s*;.*$/, '');
      if (isInSoa) {
        isInSoa = !text.includes(')');
        continue;
      }
      if (text === '' || /^\$(TTL|ORIGIN|INCLUDE)/i.test(text)) continue;
      const [, owner = '', type = '', data = ''] = RECORD.exec(text) ?? [];
      if (/^(SOA|NS)$/i.test(type)) {
        isInSoa = data.includes('(') && !data.includes(')');
        continue;
      }
      yield record(at, text, owner, data);
    }
  },
};

function record(at: number, text: string, owner: string, data: string): Entry {
  if (owner === '' || owner === '@') return refusal(at, 'malformed-record', text);
  if (/^rpz-passthru\.?$/i.test(data)) return refusal(at, 'benign', owner);
  const address = /^(.+)\.rpz-ip(?:\..*)?$/i.exec(owner)?.[1];
  if (address !== undefined) return entryOf(at, addressOf(address), { category: 'RPZ' }, 'ip');
  if (/\.rpz-(client-ip|nsip|nsdname)\b/i.test(owner))
    return refusal(at, 'unsupported-type', owner);
  return entryOf(at, owner, { category: 'RPZ' }, 'domain');
}

/** `24.0.2.0.192` is 192.0.2.0/24; IPv6 has groups of 16 bits and `zz` for `::`. */
function addressOf(owner: string): string {
  const [length = '', ...reversed] = owner.split('.');
  const parts = reversed.toReversed();
  const isV4 =
    parts.length === 4 && !parts.includes('zz') && parts.every((part) => /^\d+$/.test(part));
  const text = isV4 ? parts.join('.') : parts.map((part) => (part === 'zz' ? '' : part)).join(':');
  const whole =
    !isV4 && text.startsWith(':') ? `:${text}` : !isV4 && text.endsWith(':') ? `${text}:` : text;
  return `${whole}/${length}`;
}
