import { type FeedFormat, refusal } from '../feed.ts';
import { textAt } from '../json-records.ts';
import { isHeader, namedEntry, tableRows } from '../table.ts';

/**
 * Feodo Tracker of abuse.ch: addresses and ports of botnet control servers, few and well checked, as JSON or CSV
 * (`first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware`). Its plain list reads as a list of addresses.
 * Source: feodotracker.abuse.ch/blocklist.
 */
export const feodo: FeedFormat = {
  name: 'feodo',
  title: 'Feodo Tracker (abuse.ch)',
  accepts: ({ objects, lines }) =>
    objects.some(
      (o) => textAt(o, 'ip_address') !== '' && textAt(o, 'status', 'last_online') !== '',
    ) || lines.some((line) => /"?dst_ip"?,"?dst_port"?,"?c2_status/.test(line)),
  *read(feed) {
    const defaults = { role: 'c2', category: 'botnet_cc', confidence: 90 } as const;
    if (feed.records)
      for (const { at, value } of feed.records)
        yield value
          ? namedEntry(
              at,
              Object.keys(value).map((name) => [name, textAt(value, name)]),
              defaults,
            )
          : refusal(at, 'malformed-record');
    else {
      let names: readonly string[] = [];
      for (const { at, fields, line } of tableRows(feed, ',')) {
        if (fields && isHeader(fields)) names = fields;
        else if (line.startsWith('#')) continue;
        else if (!fields) yield refusal(at, 'malformed-record', line);
        else
          yield namedEntry(
            at,
            fields.map((field, i) => [names[i] ?? '', field]),
            defaults,
          );
      }
    }
  },
};
