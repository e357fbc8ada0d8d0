import { parseIp } from '#core/base/index.ts';
import type { Json, JsonObject } from '../message.ts';
import { OCSF, OCSF_VERSION, type OcsfShape } from './generated/ocsf.ts';

/** What values of a type look like; other types are objects. */
const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  boolean_t: (value) => typeof value === 'boolean',
  float_t: (value) => typeof value === 'number',
  hostname_t: (value) =>
    typeof value === 'string' && /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(value),
  integer_t: Number.isSafeInteger,
  ip_t: (value) => typeof value === 'string' && parseIp(value) !== undefined,
  json_t: () => true,
  // 64 bits: JSON carries those past 2^53 as the nearest.
  long_t: Number.isInteger,
  object: (value) => isObject(value),
  port_t: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
  string_t: (value) => typeof value === 'string',
  timestamp_t: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  username_t: (value) => typeof value === 'string',
  url_t: (value) => typeof value === 'string' && /^[a-z]+:\/\/[^\s/]+/.test(value),
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a document by the published schema, one sentence each. */
export function judgeOcsf(document: JsonObject): readonly string[] {
  const { metadata } = document;
  const found = Object.entries(OCSF).find(([, { about }]) => about?.uid === document['class_uid']);
  if (!found) return [`class_uid: there is no class ${document['class_uid']}`];
  if (!isObject(metadata)) return ['metadata is missing'];
  const [name, shape] = found;
  const profiles = new Set(Array.isArray(metadata['profiles']) ? metadata['profiles'] : []);
  const faults = judge(name, shape, document, '', profiles);
  const expect = (attribute: string, wanted: Json | undefined) => {
    const value = document[attribute];
    if (value !== wanted && !(value === undefined && attribute.endsWith('_name')))
      faults.push(`${attribute} is ${value}, not ${wanted}`);
  };
  const activity = Number(document['activity_id']);
  const caption = shape.enums['activity_id']?.values[activity];
  expect('category_uid', shape.about?.categoryUid);
  expect('category_name', shape.about?.categoryCaption);
  expect('class_name', shape.about?.caption);
  expect('type_uid', Number(document['class_uid']) * 100 + activity);
  expect('type_name', `${shape.about?.caption}: ${caption}`);
  if (metadata['version'] !== OCSF_VERSION)
    faults.push(`metadata.version is ${metadata['version']}`);
  return [...faults, ...judgeObservables(document)];
}

function judge(
  name: string,
  shape: OcsfShape,
  object: JsonObject,
  path: string,
  profiles: ReadonlySet<Json>,
): string[] {
  const faults: string[] = [];
  const held = new Set<string>();
  for (const [attribute, declared] of Object.entries(shape.types)) {
    const { type, isList, isRequired, profile } = readDeclared(declared);
    const value = object[attribute];
    const at = `${path}${attribute}`;
    const isActive = profile === undefined || profiles.has(profile);
    if (value === undefined) {
      if (isRequired && isActive) faults.push(`${at} is required`);
      continue;
    }
    held.add(attribute);
    if (!isActive) faults.push(`${at} is of the profile ${profile}, which metadata does not name`);
    if (Array.isArray(value) !== isList && type !== 'json_t') {
      faults.push(`${at} is ${isList ? 'no' : 'a'} list`);
      continue;
    }
    for (const [i, one] of (Array.isArray(value) && isList ? value : [value]).entries())
      faults.push(...judgeValue(type, one, isList ? `${at}[${i}]` : at, profiles));
    faults.push(...judgeEnum(shape, attribute, object, at));
  }
  for (const attribute of Object.keys(object))
    if (!Object.hasOwn(shape.types, attribute)) faults.push(`${name} has no ${path}${attribute}`);
  if (shape.atLeastOne.length > 0 && !shape.atLeastOne.some((one) => held.has(one)))
    faults.push(`${path}${name} needs one of ${shape.atLeastOne.join(', ')}`);
  return faults;
}

function judgeValue(
  type: string,
  value: Json,
  at: string,
  profiles: ReadonlySet<Json>,
): readonly string[] {
  const test = TYPES[type];
  if (test) return test(value) ? [] : [`${at} is no ${type}: ${JSON.stringify(value)}`];
  const shape = OCSF[type];
  if (!shape) return [`${at}: the table has no ${type}; add it to generate-ocsf.ts`];
  return isObject(value) ? judge(type, shape, value, `${at}.`, profiles) : [`${at} is no object`];
}

/** An id has to be known, and the caption beside it its own. */
function judgeEnum(
  shape: OcsfShape,
  attribute: string,
  object: JsonObject,
  at: string,
): readonly string[] {
  const known = shape.enums[attribute];
  const value = object[attribute];
  if (!known) return [];
  const caption = known.values[String(value)];
  if (caption === undefined) return [`${at} cannot be ${JSON.stringify(value)}`];
  const beside = known.sibling === '' ? undefined : object[known.sibling];
  return beside === undefined || beside === caption || value === 99
    ? []
    : [`${at} is ${value}, which is ${caption}, not ${JSON.stringify(beside)}`];
}

/** An observable names the attribute that it is a copy of. */
function judgeObservables(document: JsonObject): readonly string[] {
  const { observables } = document;
  return (Array.isArray(observables) ? observables : []).flatMap((one: Json) => {
    if (!isObject(one)) return [];
    const { name, value } = one;
    const found = valuesAt(document, String(name).split('.'));
    return found.includes(value ?? null) ? [] : [`no ${name} is ${JSON.stringify(value)}`];
  });
}

function valuesAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => valuesAt(one, path));
  const [name, ...rest] = path;
  if (name === undefined) return value === undefined ? [] : [value];
  return isObject(value) ? valuesAt(value[name.replace(/\[\]$/, '')], rest) : [];
}

function readDeclared(text: string) {
  const [, type = '', list, required, profile] = /^(\w+)(\[\])?(!)?(?:@(\w+))?$/.exec(text) ?? [];
  return { type, isList: list !== undefined, isRequired: required !== undefined, profile };
}
