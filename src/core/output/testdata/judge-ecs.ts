import { parseIp } from '#core/base/index.ts';
import type { Json, JsonObject } from '../message.ts';
import { ECS_EVENT_TYPES, ECS_FIELDS, ECS_VERSION } from './generated/ecs.ts';

/** What Elasticsearch takes for a mapping of each type. */
const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  constant_keyword: (value) => typeof value === 'string',
  date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  float: (value) => typeof value === 'number',
  ip: (value) => typeof value === 'string' && parseIp(value) !== undefined,
  keyword: (value) => typeof value === 'string',
  long: Number.isInteger,
  match_only_text: (value) => typeof value === 'string',
  wildcard: (value) => typeof value === 'string',
};

/** What is wrong with a document by the published schema. What it has no field for stands under `weir`. */
export function judgeEcs(document: JsonObject): readonly string[] {
  const fields = new Map(
    Object.entries(document)
      .filter(([name]) => name !== 'weir')
      .flatMap(([name, value]) => flatten(name, value ?? null)),
  );
  const faults = [...fields].flatMap(([name, value]) => judgeField(name, value));
  if (!fields.has('@timestamp')) faults.push('@timestamp is required');
  if (fields.get('ecs.version') !== ECS_VERSION) faults.push('ecs.version is not that of the table');
  const types = listOf(fields.get('event.type'));
  for (const category of listOf(fields.get('event.category')))
    for (const type of types)
      if (!ECS_EVENT_TYPES[String(category)]?.includes(String(type)))
        faults.push(`event.type ${type} does not go with event.category ${category}`);
  return faults;
}

function judgeField(name: string, value: Json): readonly string[] {
  // Labels are keywords of anybody's choice.
  const declared = name.startsWith('labels.') ? 'keyword' : ECS_FIELDS[name];
  if (declared === undefined) return [`there is no ${name}`];
  const [shape = '', ...allowed] = declared.split(' ');
  const isList = shape.endsWith('[]');
  const type = isList ? shape.slice(0, -2) : shape;
  if (Array.isArray(value) !== isList) return [`${name} is ${isList ? 'no' : 'a'} list`];
  return listOf(value).flatMap((one) => {
    if (!TYPES[type]?.(one)) return [`${name} is no ${type}: ${JSON.stringify(one)}`];
    return allowed.length === 0 || allowed.includes(String(one)) ? [] : [`${name} cannot be ${one}`];
  });
}

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function flatten(path: string, value: Json): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => flatten(`${path}.${name}`, inner ?? null));
}
