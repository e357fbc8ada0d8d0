import { type Entity, entityKey, type Finding } from '#core/alert/index.ts';
import { mapped, type ResultRow } from './result-entities.ts';
import type { Rule } from './rule.ts';

type Told = Pick<Finding, 'entities' | 'title' | 'severity' | 'customDetails'>;

/**
 * What makes two findings of a rule the same claim. One alert for each row is about what the row names; one for all rows
 * of a run is about the rule, whatever the run brought, unless its grouping tells apart what belongs together.
 */
export function keyOf(rule: Rule, rows: readonly ResultRow[], told: Told): string {
  const about =
    rule.eventGrouping === 'SingleAlert'
      ? groupOf(rule, told)
      : subjectsOf(rule, rows, told.entities);
  const text = about.join('|');
  return `rule:${rule.id}:${text.length > 120 ? hash(text) : text}`;
}

function groupOf(
  { grouping }: Rule,
  { entities, title, severity, customDetails }: Told,
): readonly string[] {
  if (!grouping?.isEnabled || grouping.matching === 'AnyAlert') return [];
  const keys = (of: readonly Entity[]) => of.map(entityKey).sort();
  if (grouping.matching === 'AllEntities') return keys(entities);
  const details: Readonly<Record<string, string>> = { displayname: title, severity };
  return [
    ...keys(entities.filter((e) => grouping.byEntities.includes(e.type))),
    ...grouping.byAlertDetails.map((name) => details[name.toLowerCase()] ?? ''),
    ...grouping.byCustomDetails.map((name) => customDetails[name]?.join(',') ?? ''),
  ];
}

/**
 * A list of entities in one cell, be it of one, tells how far it went, not who it is: it counts only where nothing else is named. Without
 * entities, the texts of the row that are no times.
 */
function subjectsOf(
  rule: Rule,
  rows: readonly ResultRow[],
  entities: readonly Entity[],
): readonly string[] {
  if (entities.length === 0)
    return rows
      .slice(0, 1)
      .flatMap((row) =>
        Object.values(row).flatMap((v) => (typeof v === 'string' && !isTime(v) ? [v] : [])),
      );
  const named = new Set(
    rows.flatMap((row) =>
      rule.entities.flatMap((mapping) => {
        if (mapping.fields.some(({ column }) => isList(row[column]))) return [];
        return mapped(mapping, row).map(entityKey);
      }),
    ),
  );
  const all = entities.map(entityKey);
  const telling = all.filter((key) => named.has(key));
  return (telling.length > 0 ? telling : all).sort();
}

const isList = (value: unknown): boolean =>
  Array.isArray(value) || (typeof value === 'string' && /^\[.*\]$/s.test(value));

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT/.test(text);

/** FNV-1a of 64 bits. */
function hash(text: string): string {
  let found = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++)
    found = BigInt.asUintN(64, (found ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return found.toString(16);
}
