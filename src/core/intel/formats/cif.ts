import { entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { textAt, textsAt } from '../json-records.ts';
import { roleOf, tlpOf } from '../roles.ts';
import { hintOf } from '../table.ts';

/**
 * Collective Intelligence Framework v3: indicators of a feed. `confidence` goes from 0 to 10.
 * Source: csirtgadgets' CIFv3 documentation, the indicator object.
 */
export const cif: FeedFormat = {
  name: 'cif',
  title: 'CIF v3',
  accepts: ({ objects }) =>
    objects.some(
      (o) =>
        textAt(o, 'indicator') !== '' &&
        textAt(o, 'itype') !== '' &&
        textAt(o, 'provider', 'reporttime') !== '',
    ),
  *read(feed) {
    for (const { at, value } of feed.records ?? []) {
      if (!value) {
        yield refusal(at, 'malformed-record');
        continue;
      }
      const confidence = textAt(value, 'confidence');
      const tags = textsAt(value, 'tags');
      yield entryOf(
        at,
        textAt(value, 'indicator'),
        {
          role: roleOf(tags.join(' '), textAt(value, 'description')),
          category: tags.join(', '),
          description: textAt(value, 'description'),
          confidence:
            confidence === ''
              ? null
              : Math.round(Math.min(10, Math.max(0, Number(confidence))) * 10),
          tlp: tlpOf(textAt(value, 'tlp')),
          sourceId: textAt(value, 'uuid'),
          reference: textAt(value, 'reference'),
          tags,
          firstSeen: readInstant(textAt(value, 'firsttime')),
          lastSeen: readInstant(textAt(value, 'lasttime')),
        },
        hintOf(textAt(value, 'itype')),
      );
    }
  },
};
