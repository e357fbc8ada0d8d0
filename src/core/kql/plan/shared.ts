import type { SharedRel } from './plan.ts';

/** More operators than this are computed once and kept, where several places read them. */
const MOST_REPEATED = 64;

/**
 * Shared relations that are to be kept when they are made. Engines put a relation of a WITH clause into every place that
 * reads it, which is best while it is small; relations that read each other twice would double at each level.
 */
export function keptRelations(shared: readonly SharedRel[], main: object): ReadonlySet<string> {
  const readers = new Map<string, number>();
  const costs = new Map<string, number>();
  for (const value of [...shared.map((s) => s.rel), main]) countReaders(value, readers);
  const kept = new Set<string>();
  for (const { id, rel, isKept: isNumbered } of shared) {
    const cost = costOf(rel, costs);
    const isKept = (isNumbered || cost > MOST_REPEATED) && (readers.get(id) ?? 0) > 1;
    if (isKept) kept.add(id);
    costs.set(id, isKept ? 1 : cost);
  }
  return kept;
}

const inside = (value: object) =>
  Object.values(value).filter((v): v is object => typeof v === 'object' && v !== null);

function sharedId(value: object): string | null {
  return 'op' in value && value.op === 'shared' && 'id' in value ? String(value.id) : null;
}

function countReaders(value: object, readers: Map<string, number>): void {
  const id = sharedId(value);
  if (id !== null) readers.set(id, (readers.get(id) ?? 0) + 1);
  for (const inner of inside(value)) countReaders(inner, readers);
}

/** Operators in a relation, with those of the relations that stand in it. */
function costOf(value: object, costs: ReadonlyMap<string, number>): number {
  const id = sharedId(value);
  const own = id !== null ? (costs.get(id) ?? 1) : 'op' in value ? 1 : 0;
  return inside(value).reduce((sum, inner) => sum + costOf(inner, costs), own);
}
