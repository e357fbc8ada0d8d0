import { ArmResource, isJson, type Json, pick } from './arm-resource.ts';
import type { Topology } from './topology.ts';
import { ARM_READERS } from './topology-arm-resources.ts';
import { type ArmReader, armTables } from './topology-arm-tables.ts';

/**
 * Reads exported ARM JSON: what `az network … list -o json`, an ARM template export, Resource Graph (`az graph query`) or
 * the REST API give, one or many files. Resources refer to each other across files. What it has no reader for
 * is left out and counted in one problem per type.
 */
export function readArmTopology(files: readonly unknown[]): Topology {
  const tables = armTables();
  const unread = new Map<string, number>();
  const found: { resource: ArmResource; reader: ArmReader }[] = [];
  for (const file of files)
    for (const json of resourcesOf(file)) {
      const type = typeOf(json);
      const reader = ARM_READERS.find((r) => r.type.toLowerCase() === type.toLowerCase());
      if (reader) found.push({ resource: new ArmResource(json, type), reader });
      else
        unread.set(
          type || 'resources without a type',
          (unread.get(type || 'resources without a type') ?? 0) + 1,
        );
    }
  for (const reader of ARM_READERS)
    for (const entry of found) if (entry.reader === reader) reader.read(entry.resource, tables);
  const problems = [...unread].map(
    ([type, count]) => `${count} of ${type} left out: Weir has no use for this type yet.`,
  );
  return tables.finish(problems);
}

/** The resources of any export, nested ones of templates included. Recursion follows the nesting of the JSON: at most 8. */
function* resourcesOf(value: unknown, depth = 0): Generator<Json> {
  if (depth > 8) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* resourcesOf(item, depth + 1);
  } else if (isJson(value)) {
    const lists = ['value', 'data', 'resources'].map((k) => pick(value, k)).filter(Array.isArray);
    const isResource =
      typeof pick(value, 'name') === 'string' && (typeOf(value) !== '' || lists.length === 0);
    if (isResource) yield value;
    for (const list of lists) yield* resourcesOf(list, depth + 1);
  }
}

/** `Microsoft.Network/virtualNetworks`; from the id where the export leaves the type out. */
function typeOf(json: Json): string {
  const type = pick(json, 'type');
  if (typeof type === 'string' && type.includes('/')) return type;
  const id = pick(json, 'id');
  const match = typeof id === 'string' ? /\/providers\/([^/]+)\/(.+)$/i.exec(id) : null;
  if (!match) return '';
  return [match[1], ...(match[2] ?? '').split('/').filter((_, i) => i % 2 === 0)].join('/');
}
