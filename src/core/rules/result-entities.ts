import { ENTITY_TYPES, type Entity, entityKey } from '#core/alert/index.ts';
import { isMap } from './fields.ts';
import { textsOf } from './placeholder.ts';
import type { EntityMapping, Rule } from './rule.ts';

export type ResultRow = Readonly<Record<string, unknown>>;

/** At most so many entities of one finding; more would say nothing. */
export const MAX_ENTITIES = 100;

/** The entities of some rows, each once, in the order of the rule's mappings. */
export function entitiesOf(rule: Rule, rows: readonly ResultRow[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  const add = (entity: Entity) => {
    const key = entityKey(entity);
    if (found.size < MAX_ENTITIES && !found.has(key)) found.set(key, entity);
  };
  for (const row of rows) {
    for (const mapping of rule.entities) for (const entity of mapped(mapping, row)) add(entity);
    for (const column of rule.entityColumns) for (const entity of listed(row[column])) add(entity);
  }
  return [...found.values()];
}

/** A column with a list of values gives an entity of each. */
export function mapped({ type, role, fields }: EntityMapping, row: ResultRow): readonly Entity[] {
  const [only] = fields;
  if (only && fields.length === 1)
    return textsOf(row[only.column]).map((value) => ({
      type,
      role,
      identifiers: { [only.identifier]: value },
    }));
  const identifiers = Object.fromEntries(
    fields.flatMap(({ identifier, column }) => {
      const [value] = textsOf(row[column]);
      return value === undefined ? [] : [[identifier, value]];
    }),
  );
  return Object.keys(identifiers).length > 0 ? [{ type, role, identifiers }] : [];
}

/** Entities as alerts print them: a list of bags with Type and identifiers. */
function listed(value: unknown): readonly Entity[] {
  const list: unknown = typeof value === 'string' ? parseJson(value) : value;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown): Entity[] => {
    if (!isMap(item)) return [];
    const word = String(item['Type'] ?? item['type'] ?? '').toLowerCase();
    const type = ENTITY_TYPES.find((t) => t.toLowerCase() === word);
    const identifiers = Object.fromEntries(
      Object.entries(item).flatMap(([name, v]) =>
        typeof v === 'string' && v !== '' && !/^type$|^\$/i.test(name) ? [[name, v]] : [],
      ),
    );
    return type && Object.keys(identifiers).length > 0
      ? [{ type, role: 'related', identifiers }]
      : [];
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Text that is no JSON holds no entities.
    return undefined;
  }
}
