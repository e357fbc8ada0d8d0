/** Frequent patterns over rows of texts, for the plug-ins basket and autocluster. */

export interface Pattern {
  readonly count: number;
  /** Per column: the value, or null where any will do. */
  readonly values: readonly (string | null)[];
}

export interface Row {
  readonly values: readonly string[];
  readonly count: number;
}

/** More candidates than this are cut off, the most frequent kept: the search grows with the power of the columns. */
const MAX_CANDIDATES = 20_000;

type Items = ReadonlyMap<number, string>;

function covers(items: Items, row: Row): boolean {
  for (const [i, v] of items) if (row.values[i] !== v) return false;
  return true;
}

function countOf(items: Items, rows: readonly Row[]): number {
  return rows.reduce((sum, r) => (covers(items, r) ? sum + r.count : sum), 0);
}

/** Apriori: every pattern of at most `maxDimensions` columns that covers at least a share of the rows, most frequent first. */
export function frequentPatterns(
  rows: readonly Row[],
  width: number,
  threshold: number,
  maxDimensions: number,
): Pattern[] {
  const total = rows.reduce((s, r) => s + r.count, 0);
  const least = threshold * total;
  if (total === 0) return [];
  const singles: { items: Items; count: number }[] = [];
  for (let i = 0; i < width; i++) {
    const counts = new Map<string, number>();
    for (const r of rows) counts.set(r.values[i]!, (counts.get(r.values[i]!) ?? 0) + r.count);
    for (const [v, count] of counts)
      if (count >= least) singles.push({ items: new Map([[i, v]]), count });
  }
  const found = [...singles];
  let level = singles;
  for (let size = 2; size <= maxDimensions && level.length > 0; size++) {
    const next: { items: Items; count: number }[] = [];
    for (const a of level) {
      const last = Math.max(...a.items.keys());
      for (const b of singles) {
        const [column, value] = [...b.items][0]!;
        if (column <= last) continue;
        const items = new Map([...a.items, [column, value]]);
        const count = countOf(items, rows);
        if (count >= least) next.push({ items, count });
      }
      if (next.length > MAX_CANDIDATES) break;
    }
    found.push(...next);
    level = next;
  }
  const patterns = found.map(
    ({ items, count }): Pattern => ({
      count,
      values: Array.from({ length: width }, (_, i) => items.get(i) ?? null),
    }),
  );
  return patterns.sort((a, b) => b.count - a.count || specificity(b) - specificity(a));
}

export interface Difference {
  readonly countA: number;
  readonly countB: number;
  readonly percentA: number;
  readonly percentB: number;
  readonly values: Pattern['values'];
}

const MAX_DIFFERENCES = 20;

/**
 * Patterns whose share of A's rows differs from their share of B's by at least `threshold`, the largest difference
 * first. Of patterns that cover the same rows the most detailed stays; one that only adds detail to a pattern of a
 * larger difference goes.
 */
export function differences(
  rowsA: readonly Row[],
  rowsB: readonly Row[],
  width: number,
  threshold: number,
  maxDimensions: number,
): Difference[] {
  const total = (rows: readonly Row[]) => rows.reduce((s, r) => s + r.count, 0);
  const [totalA, totalB] = [total(rowsA), total(rowsB)];
  if (totalA === 0 || totalB === 0) return [];
  const found = new Map<string, Difference>();
  for (const rows of [rowsA, rowsB])
    for (const { values } of frequentPatterns(rows, width, threshold, maxDimensions)) {
      const key = JSON.stringify(values);
      if (found.has(key)) continue;
      const items = itemsOf(values);
      const [countA, countB] = [countOf(items, rowsA), countOf(items, rowsB)];
      const [percentA, percentB] = [(100 * countA) / totalA, (100 * countB) / totalB];
      if (Math.abs(percentA - percentB) >= 100 * threshold)
        found.set(key, { countA, countB, percentA, percentB, values });
    }
  const size = (d: Difference) => Math.abs(d.percentA - d.percentB);
  const ranked = [...found.values()].sort(
    (x, y) => size(y) - size(x) || specificity(y) - specificity(x),
  );
  const out: Difference[] = [];
  for (const d of ranked) {
    const isKnown = out.some(
      (o) =>
        (o.countA === d.countA && o.countB === d.countB) ||
        o.values.every((v, i) => v === null || d.values[i] === v),
    );
    if (!isKnown) out.push(d);
    if (out.length >= MAX_DIFFERENCES) break;
  }
  return out;
}

function itemsOf(values: Pattern['values']): Items {
  return new Map(values.flatMap((v, i): [number, string][] => (v === null ? [] : [[i, v]])));
}

function specificity(p: { readonly values: Pattern['values'] }): number {
  return p.values.filter((v) => v !== null).length;
}

/**
 * A few patterns that describe most rows: the one with the best mean of share and detail first, then the best over the
 * rows that are left. `sizeWeight` is how much the share counts.
 */
export function clusters(rows: readonly Row[], width: number, sizeWeight: number): Pattern[] {
  const total = rows.reduce((s, r) => s + r.count, 0);
  const out: Pattern[] = [];
  let left = [...rows];
  while (left.length > 0 && out.length < 20) {
    const candidates = frequentPatterns(left, width, 0.05, 5);
    const score = (p: Pattern) =>
      (p.count / total) ** sizeWeight * (specificity(p) / Math.max(1, width)) ** (1 - sizeWeight);
    const best = candidates.reduce<Pattern | null>(
      (a, b) => (a === null || score(b) > score(a) ? b : a),
      null,
    );
    if (!best || best.count / total < 0.05) break;
    const items = itemsOf(best.values);
    out.push({ ...best, count: countOf(items, rows) });
    left = left.filter((r) => !covers(items, r));
  }
  return out;
}
