import { type Entry, entryOfAll, type Feed, type FeedFormat, refusal } from '../feed.ts';
import type { Facts } from '../indicator.ts';
import { readInstant } from '../instants.ts';
import {
  at,
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  objectsAt,
  textAt,
} from '../json-records.ts';
import { type Hint, observe } from '../observable.ts';
import { confidenceOf, roleOf, tlpOf } from '../roles.ts';

/**
 * Attribute types that can be looked for, and what each part of a composite value (`a|b`) is; '' for parts that only
 * describe. Types that are not here (filename, regkey, yara, …) are in no record of traffic.
 */
const TYPES: Readonly<Record<string, readonly (Hint | '' | 'port')[]>> = {
  'ip-src': ['ip'],
  'ip-dst': ['ip'],
  'ip-src|port': ['ip', 'port'],
  'ip-dst|port': ['ip', 'port'],
  AS: ['asn'],
  domain: ['domain'],
  hostname: ['domain'],
  'hostname|port': ['domain', ''],
  'domain|ip': ['domain', 'ip'],
  url: ['url'],
  uri: ['url-path'],
  link: ['url'],
  md5: ['md5'],
  sha1: ['sha1'],
  sha256: ['sha256'],
  'filename|md5': ['', 'md5'],
  'filename|sha1': ['', 'sha1'],
  'filename|sha256': ['', 'sha256'],
  'malware-sample': ['', 'md5'],
  'x509-fingerprint-sha1': ['cert-sha1'],
  'x509-fingerprint-sha256': ['cert-sha256'],
  'ja3-fingerprint-md5': ['ja3'],
  'jarm-fingerprint': ['jarm'],
  'email-src': ['email'],
  'email-dst': ['email'],
  email: ['email'],
  'user-agent': ['user-agent'],
};

/**
 * MISP: events, answers of events and attributes `restSearch`, single attributes and NDJSON of either. Only attributes with
 * `to_ids` that are not deleted are for detection; all others are counted as context.
 * Source: MISP core format (draft-dulaunoy-misp-core-format), MISP's REST API.
 */
export const misp: FeedFormat = {
  name: 'misp',
  title: 'MISP',
  accepts: ({ objects }) => objects.some(isMisp),
  read,
};

const isAttribute = (o: JsonObject): boolean =>
  typeof at(o, 'type') === 'string' &&
  typeof at(o, 'value') === 'string' &&
  typeof at(o, 'category') === 'string';

function isMisp(o: JsonObject): boolean {
  if (isObject(at(o, 'Event')) || isObject(at(o, 'Attribute')) || isAttribute(o)) return true;
  const isBody = listAt(o, 'Attribute').some(isObject) || listAt(o, 'Object').some(isObject);
  const isBareEvent = textAt(o, 'info') !== '' && textAt(o, 'threat_level_id', 'analysis') !== '';
  const isGalaxy = Array.isArray(at(o, 'GalaxyCluster'));
  return (
    isBody ||
    isBareEvent ||
    isGalaxy ||
    isObject(at(o, 'response')) ||
    objectsAt(o, 'response').some(isMisp)
  );
}

function* read(feed: Feed): Generator<Entry> {
  let number = 0;
  const next = () => ++number;
  for (const { value } of feed.records ?? [])
    if (!value) yield refusal(next(), 'malformed-record');
    else yield* entries(value, {}, next);
}

/** Everything of an answer, event, object or attribute. `event` is what holds it. */
function* entries(item: JsonObject, event: JsonObject, next: () => number): Generator<Entry> {
  const response = at(item, 'response');
  if (response !== undefined) {
    for (const inner of listAt(item, 'response'))
      if (isObject(inner)) yield* entries(inner, event, next);
    return;
  }
  const own = objectAt(item, 'Event');
  if (isAttribute(item)) {
    yield attributeEntry(next(), item, at(item, 'Event') ? own : event);
    return;
  }
  if (at(item, 'Event') !== undefined) {
    yield* entries(own, own, next);
    return;
  }
  const holder = textAt(item, 'info') !== '' ? item : event;
  const attributes = objectsAt(item, 'Attribute');
  for (const attribute of attributes) yield attributeEntry(next(), attribute, holder);
  for (const object of objectsAt(item, 'Object')) {
    if (at(object, 'deleted') === true) yield refusal(next(), 'withdrawn', textAt(object, 'name'));
    else yield* entries(object, holder, next);
  }
  if (attributes.length === 0 && objectsAt(item, 'Object').length === 0)
    yield refusal(next(), 'not-an-indicator', textAt(item, 'info', 'name', 'type'));
}

function attributeEntry(where: number, attribute: JsonObject, event: JsonObject): Entry {
  const raw = textAt(attribute, 'value');
  const type = textAt(attribute, 'type');
  const id = textAt(attribute, 'uuid', 'id');
  if (at(attribute, 'deleted') === true)
    return id === '' ? refusal(where, 'withdrawn', raw) : { at: where, withdraws: id };
  if (at(attribute, 'to_ids') !== true && textAt(attribute, 'to_ids') !== '1')
    return refusal(where, 'not-for-detection', `${type} ${raw}`);
  const parts = TYPES[type];
  if (!parts) return refusal(where, 'unsupported-type', type);
  const tags = tagsOf(attribute, event);
  if (tags.includes('false-positive:risk="high"')) return refusal(where, 'benign', raw);
  const pieces = raw.split('|');
  const values = parts.flatMap((hint, i) => {
    const text = pieces[parts.length === 1 ? 0 : i] ?? '';
    if (hint === '' || hint === 'port' || text === '') return [];
    const port = parts[i + 1] === 'port' ? pieces[i + 1] : undefined;
    const whole = port === undefined ? text : `${text.includes(':') ? `[${text}]` : text}:${port}`;
    return [
      {
        raw: parts.length === 1 ? raw : text,
        seen: observe(parts.length === 1 ? raw : whole, hint),
      },
    ];
  });
  const category = textAt(attribute, 'category');
  const facts: Facts = {
    role: roleOf(
      tags.join(' '),
      textAt(attribute, 'comment'),
      type === 'ip-src' ? 'scanner' : '',
      category,
    ),
    category,
    malware: galaxyOf(tags),
    description: textAt(attribute, 'comment') || textAt(event, 'info'),
    confidence: confidenceFrom(tags),
    tlp: tags.map(tlpTag).find((level) => level !== '') ?? '',
    sourceId: id,
    tags,
    killChain: tags.filter((tag) => tag.startsWith('kill-chain:')),
    firstSeen: instantAt(attribute, 'first_seen') ?? instantAt(attribute, 'timestamp'),
    lastSeen: instantAt(attribute, 'last_seen') ?? instantAt(attribute, 'timestamp'),
  };
  return entryOfAll(where, values, facts);
}

const instantAt = (object: JsonObject, name: string) => readInstant(textAt(object, name));

function tagsOf(attribute: JsonObject, event: JsonObject): readonly string[] {
  const names = [...objectsAt(attribute, 'Tag'), ...objectsAt(event, 'Tag')].map((tag) =>
    textAt(tag, 'name'),
  );
  return [...new Set(names.filter((name) => name !== ''))];
}

const tlpTag = (tag: string) => (/^tlp:/i.test(tag) ? tlpOf(tag) : '');

/** `misp-galaxy:malpedia="Emotet"` names the malware. */
function galaxyOf(tags: readonly string[]): string {
  for (const tag of tags) {
    const name =
      /^misp-galaxy:(?:malpedia|tool|ransomware|rat|banker|botnet|mitre-malware)="([^"]+)"/.exec(
        tag,
      )?.[1];
    if (name) return name;
  }
  return '';
}

/** MISP's confidence-level, the Admiralty scale's credibility and estimative language, as 0 to 100. */
const SCALES: Readonly<Record<string, string>> = {
  'misp:confidence-level="completely-confident"': '100',
  'misp:confidence-level="usually-confident"': '75',
  'misp:confidence-level="fairly-confident"': '50',
  'misp:confidence-level="rarely-confident"': '25',
  'misp:confidence-level="unconfident"': '0',
  'admiralty-scale:information-credibility="1"': '100',
  'admiralty-scale:information-credibility="2"': '75',
  'admiralty-scale:information-credibility="3"': '50',
  'admiralty-scale:information-credibility="4"': '25',
  'admiralty-scale:information-credibility="5"': '0',
  'estimative-language:likelihood-probability="almost-certain"': '95',
  'estimative-language:likelihood-probability="very-likely"': '85',
  'estimative-language:likelihood-probability="likely"': '70',
  'estimative-language:likelihood-probability="roughly-even-chance"': '50',
  'estimative-language:likelihood-probability="unlikely"': '30',
};

function confidenceFrom(tags: readonly string[]): number | null {
  for (const tag of tags) if (Object.hasOwn(SCALES, tag)) return confidenceOf(SCALES[tag]!);
  return null;
}
