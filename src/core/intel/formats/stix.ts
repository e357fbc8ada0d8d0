import { type Entry, entryOfAll, type Feed, type FeedFormat, refusal } from '../feed.ts';
import type { Facts } from '../indicator.ts';
import { readInstant } from '../instants.ts';
import { at, type JsonObject, objectAt, objectsAt, textAt, textsAt } from '../json-records.ts';
import { confidenceOf, roleOf, tlpOf } from '../roles.ts';
import { readStixPattern } from '../stix-pattern.ts';

/** STIX types that say something of threats without naming a value; markings and relationships are read with the rest. */
const ID = /^[a-z0-9-]+--[0-9a-f-]{36}$/;

/**
 * STIX 2.1 and 2.0: bundles, TAXII envelopes (`{objects: […]}`), single objects and NDJSON of objects. Of objects with one
 * id the newest `modified` holds; `revoked` withdraws. Relationships name the malware, sightings renew, markings give TLP.
 * Source: STIX 2.1 (OASIS, June 2021), sections 3.2, 4.7, 5, 7.2.
 */
export const stix: FeedFormat = {
  name: 'stix',
  title: 'STIX 2.1 and 2.0',
  accepts: ({ objects }) => objects.some((o) => isStix(o) || objectsAt(o, 'objects').some(isStix)),
  read,
};

const isStix = (o: JsonObject): boolean =>
  textAt(o, 'type') === 'bundle' ||
  (ID.test(textAt(o, 'id')) && textAt(o, 'id').startsWith(`${textAt(o, 'type')}--`));

interface Context {
  readonly byId: ReadonlyMap<string, JsonObject>;
  /** Names of what an indicator indicates. */
  readonly indicates: ReadonlyMap<string, string>;
  readonly lastSighted: ReadonlyMap<string, number>;
}

function* read(feed: Feed): Generator<Entry> {
  const objects: (JsonObject | undefined)[] = [];
  for (const { value } of feed.records ?? []) {
    const inner = value && !ID.test(textAt(value, 'pattern')) ? objectsAt(value, 'objects') : [];
    // observed-data of 2.0 has an object of that name, a bundle an array.
    if (value && Array.isArray(at(value, 'objects'))) objects.push(...inner);
    else objects.push(value);
  }
  const context = contextOf(objects);
  for (const [i, object] of objects.entries()) {
    if (!object) yield refusal(i + 1, 'malformed-record');
    else if (context.byId.get(textAt(object, 'id')) !== object)
      yield refusal(i + 1, 'withdrawn', 'a newer version of it is in the same bundle');
    else if (textAt(object, 'type') !== 'indicator')
      yield refusal(i + 1, 'not-an-indicator', textAt(object, 'type'));
    else yield indicatorEntry(i + 1, object, context);
  }
}

function contextOf(objects: readonly (JsonObject | undefined)[]): Context {
  const byId = new Map<string, JsonObject>();
  for (const object of objects) {
    if (!object) continue;
    const id = textAt(object, 'id');
    const known = byId.get(id);
    const modified = (o: JsonObject) => readInstant(textAt(o, 'modified', 'created')) ?? 0;
    if (!known || modified(object) > modified(known)) byId.set(id, object);
  }
  const indicates = new Map<string, string>();
  const lastSighted = new Map<string, number>();
  for (const object of byId.values()) {
    if (textAt(object, 'relationship_type') === 'indicates') {
      const target = byId.get(textAt(object, 'target_ref'));
      if (target) indicates.set(textAt(object, 'source_ref'), textAt(target, 'name'));
    } else if (textAt(object, 'type') === 'sighting') {
      const of = textAt(object, 'sighting_of_ref');
      const when = readInstant(textAt(object, 'last_seen', 'first_seen', 'modified')) ?? 0;
      lastSighted.set(of, Math.max(when, lastSighted.get(of) ?? 0));
    }
  }
  return { byId, indicates, lastSighted };
}

function indicatorEntry(where: number, object: JsonObject, context: Context): Entry {
  const id = textAt(object, 'id');
  if (at(object, 'revoked') === true) return { at: where, withdraws: id };
  const types = [...textsAt(object, 'indicator_types'), ...textsAt(object, 'labels')];
  if (types.includes('benign')) return refusal(where, 'benign', id);
  const language = textAt(object, 'pattern_type') || 'stix';
  if (language !== 'stix') return refusal(where, 'unsupported-pattern', language);
  const pattern = textAt(object, 'pattern');
  const reading = readStixPattern(pattern);
  if ('refused' in reading) return refusal(where, reading.refused, `${reading.detail}: ${pattern}`);
  const validFrom = readInstant(textAt(object, 'valid_from'));
  const validUntil = readInstant(textAt(object, 'valid_until'));
  const [reference] = objectsAt(object, 'external_references');
  const name = textAt(object, 'name');
  const facts: Facts = {
    role: roleOf(
      types.join(' '),
      name,
      textAt(object, 'description'),
      textAt(object, 'sixgill_feedname'),
    ),
    category: types.join(', '),
    malware: context.indicates.get(id) ?? '',
    description: name || textAt(object, 'description'),
    confidence: confidenceOf(textAt(object, 'confidence')),
    tlp: markingOf(object, context),
    sourceId: id,
    reference: reference ? textAt(reference, 'url') : '',
    tags: textsAt(object, 'labels'),
    killChain: objectsAt(object, 'kill_chain_phases').map(
      (phase) => `${textAt(phase, 'kill_chain_name')}:${textAt(phase, 'phase_name')}`,
    ),
    firstSeen: validFrom,
    lastSeen: context.lastSighted.get(id) ?? readInstant(textAt(object, 'modified')),
    validFrom,
    // An end that is not after its beginning says nothing (section 4.7: it MUST be later).
    validUntil:
      validUntil !== null && validFrom !== null && validUntil <= validFrom ? null : validUntil,
  };
  return entryOfAll(where, reading.values, facts);
}

/** The markings that STIX 2.1 section 7.2.1.4 defines by id; others tell by name or definition. */
const MARKINGS: Readonly<Record<string, string>> = {
  'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9': 'white',
  'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da': 'green',
  'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82': 'amber',
  'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed': 'red',
};

function markingOf(object: JsonObject, { byId }: Context) {
  for (const ref of textsAt(object, 'object_marking_refs')) {
    const marking = byId.get(ref) ?? {};
    const level = tlpOf(
      MARKINGS[ref] ?? (textAt(objectAt(marking, 'definition'), 'tlp') || textAt(marking, 'name')),
    );
    if (level !== '') return level;
  }
  return '' as const;
}
