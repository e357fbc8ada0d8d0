import { ENTITY_TYPES, type EntityRole } from '#core/alert/index.ts';
import type { Fields } from '../fields.ts';
import { type EntityMapping, LIMITS } from '../rule.ts';

const ROLES = ['actor', 'target', 'related'] as const;

/** Which part an entity plays, as the name of its column tells. */
export function guessRole(column: string): EntityRole | undefined {
  if (/dest|dst|target|remote|server|victim|responder/i.test(column)) return 'target';
  if (/src|source|client|caller|attacker|initiator|actor/i.test(column)) return 'actor';
  return undefined;
}

/** `entityMappings` as Sentinel writes them; `role` is ours. The first without a telling name is the actor. */
export function readEntities(fields: Fields, key = 'entityMappings'): readonly EntityMapping[] {
  const list = fields.list(key);
  if (list.length > LIMITS.entityMappings)
    fields.problem([key], `${list.length} entities are mapped`, 'Map at most 10.', 'warning');
  const found = list.slice(0, LIMITS.entityMappings).flatMap((entity) => {
    const type = entity.choice('entityType', ENTITY_TYPES);
    const mapped = entity.list('fieldMappings').flatMap((field) => {
      const identifier = field.needText('identifier');
      const column = field.needText('columnName');
      return identifier && column ? [{ identifier, column }] : [];
    });
    if (!type) {
      if (!entity.has('entityType')) entity.needText('entityType');
      return [];
    }
    if (mapped.length === 0) {
      entity.problem([], `the entity ${type} has no column`, 'Add fieldMappings to it.');
      return [];
    }
    const role = entity.choice('role', ROLES) ?? guessRole(mapped[0]!.column);
    return [{ type, role, fields: mapped }];
  });
  const hasActor = found.some((e) => e.role === 'actor');
  const first = found.findIndex((e) => e.role === undefined);
  return found.map((entity, i) => ({
    ...entity,
    role: entity.role ?? (i === first && !hasActor ? 'actor' : 'related'),
  }));
}
