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

function specificity(p: Pattern): number {
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
    const items = new Map(
      best.values.flatMap((v, i): [number, string][] => (v === null ? [] : [[i, v]])),
    );
    out.push({ ...best, count: countOf(items, rows) });
    left = left.filter((r) => !covers(items, r));
  }
  return out;
}
