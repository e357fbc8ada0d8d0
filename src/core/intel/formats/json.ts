import { type FeedFormat, refusal } from '../feed.ts';
import { type JsonObject, textAt, textsAt } from '../json-records.ts';
import { namedEntry } from '../table.ts';

/** Any other JSON: entries as objects whose fields have the names that tables of indicators have. */
export const json: FeedFormat = {
  name: 'json',
  title: 'JSON or NDJSON',
  accepts: ({ objects }) => objects.length > 0,
  *read(feed) {
    for (const { at, value } of feed.records ?? [])
      yield value ? namedEntry(at, fieldsOf(value)) : refusal(at, 'malformed-record');
  },
};

const fieldsOf = (object: JsonObject): readonly (readonly [string, string])[] =>
  Object.keys(object).map((name) => [
    name,
    textAt(object, name) || textsAt(object, name).join(','),
  ]);
