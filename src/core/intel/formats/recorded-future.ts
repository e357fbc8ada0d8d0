import { entryOf, type FeedFormat, refusal } from '../feed.ts';
import { readInstant } from '../instants.ts';
import { isObject, type JsonObject, objectsAt, textAt } from '../json-records.ts';
import { confidenceOf, roleOf } from '../roles.ts';
import { tableRows } from '../table.ts';

/**
 * Recorded Future risk lists: `Name,Risk,RiskString,EvidenceDetails`, the evidence as JSON in a field. Risk is 0 to 99;
 * the rule of highest criticality says what the value is for.
 * Source: Recorded Future, "Risk Lists".
 */
export const recordedFuture: FeedFormat = {
  name: 'recorded-future',
  title: 'Recorded Future risk list',
  accepts: ({ lines }) => /^"?Name"?,("?Algorithm"?,)?"?Risk"?,"?RiskString"?/.test(lines[0] ?? ''),
  *read(feed) {
    let names: readonly string[] | undefined;
    for (const { at, fields, line } of tableRows(feed, ',')) {
      if (!fields) yield refusal(at, 'malformed-record', line);
      else if (!names) names = fields;
      else {
        const header = names;
        const read = (name: string) => fields[header.indexOf(name)] ?? '';
        const evidence = evidenceOf(read('EvidenceDetails'));
        const [worst] = evidence.toSorted((a, b) => criticality(b) - criticality(a));
        const times = evidence.flatMap((e) => readInstant(textAt(e, 'Timestamp')) ?? []);
        yield entryOf(at, read('Name'), {
          role: roleOf(worst ? textAt(worst, 'Rule') : ''),
          category: worst ? textAt(worst, 'Rule') : '',
          description: worst ? textAt(worst, 'EvidenceString').slice(0, 500) : '',
          confidence: confidenceOf(read('Risk')),
          firstSeen: times.length > 0 ? Math.min(...times) : null,
          lastSeen: times.length > 0 ? Math.max(...times) : null,
        });
      }
    }
  },
};

const criticality = (evidence: JsonObject): number => Number(textAt(evidence, 'Criticality')) || 0;

function evidenceOf(text: string): readonly JsonObject[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? objectsAt(parsed, 'EvidenceDetails') : [];
  } catch {
    // The value and its risk stand without their evidence.
    return [];
  }
}
