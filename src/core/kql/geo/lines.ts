import { cutAt, type Edge, edgesOf, isOn, isSame, meeting, Places } from './arcs.ts';
import { isInside, type Polygon } from './geojson.ts';
import type { Path, Vector } from './sphere.ts';

/** Lines put together, or cut with lines and areas. */

/** Edges end to end, as long as one follows the other. */
export function chained(edges: readonly Edge[]): Path[] {
  const out: Vector[][] = [];
  for (const e of edges) {
    const last = out.at(-1);
    if (last && isSame(last.at(-1)!, e.a)) last.push(e.b);
    else out.push([e.a, e.b]);
  }
  return out;
}

/**
 * Every stretch of the lines once, cut where they meet, and joined into paths that end where more than two stretches
 * meet. Paths run as the line that comes first does.
 */
export function uniteLines(paths: readonly Path[]): Path[] {
  const all = edgesOf(paths);
  const places = new Places();
  const stretches: (readonly [Vector, Vector])[] = [];
  const seen = new Map<Vector, Set<Vector>>();
  for (const e of all) {
    const cuts = all.flatMap((f) => (f === e ? [] : meeting(e, f)));
    for (const piece of cutAt(e, cuts)) {
      const [a, b] = [places.at(piece.a), places.at(piece.b)];
      if (seen.get(a)?.has(b) || seen.get(b)?.has(a)) continue;
      seen.set(a, (seen.get(a) ?? new Set()).add(b));
      stretches.push([a, b]);
    }
  }
  return walks(stretches);
}

function walks(stretches: readonly (readonly [Vector, Vector])[]): Path[] {
  const at = new Map<Vector, number[]>();
  for (const [i, ends] of stretches.entries())
    for (const p of ends) at.set(p, [...(at.get(p) ?? []), i]);
  const used = new Set<number>();
  const isPassed = (p: Vector) => at.get(p)!.length === 2;
  const step = (p: Vector): Vector | null => {
    const next = at.get(p)!.find((i) => !used.has(i));
    if (next === undefined) return null;
    used.add(next);
    const [a, b] = stretches[next]!;
    return a === p ? b : a;
  };
  return stretches.flatMap(([a, b], i): Path[] => {
    if (used.has(i)) return [];
    used.add(i);
    const path = [a, b];
    for (let p = b; isPassed(p); ) {
      const next = step(p);
      if (!next) break;
      path.push(next);
      p = next;
    }
    for (let p = a; isPassed(p); ) {
      const next = step(p);
      if (!next) break;
      path.unshift(next);
      p = next;
    }
    return [path];
  });
}

/** What lines share with lines: the stretches, and the points where they only cross or touch. */
export function sharedLines(
  a: readonly Path[],
  b: readonly Path[],
): { readonly points: readonly Vector[]; readonly lines: readonly Path[] } {
  const others = edgesOf(b);
  const [points, stretches]: [Vector[], Edge[]] = [[], []];
  for (const e of edgesOf(a)) {
    const met = others.map((f) => meeting(e, f));
    for (const piece of cutAt(e, met.flat()))
      if (others.some((f) => isOn(piece.middle, f) && isOn(piece.a, f) && isOn(piece.b, f)))
        stretches.push(piece);
    for (const found of met) if (found.length === 1) points.push(found[0]!);
  }
  const alone = points.filter(
    (p, i) => points.findIndex((q) => isSame(p, q)) === i && !stretches.some((e) => isOn(p, e)),
  );
  return { points: alone, lines: chained(stretches) };
}

/** What lines share with areas, borders included. */
export function linesWithin(
  lines: readonly Path[],
  areas: readonly Polygon[],
): { readonly points: readonly Vector[]; readonly lines: readonly Path[] } {
  const borders = edgesOf(areas.flat());
  const isCovered = (p: Vector) =>
    borders.some((e) => isOn(p, e)) || areas.some((polygon) => isInside(polygon, p));
  const [points, found]: [Vector[], Path[]] = [[], []];
  for (const line of lines) {
    const kept: Edge[] = [];
    for (const e of edgesOf([line])) {
      const cuts = borders.flatMap((f) => meeting(e, f));
      points.push(...cuts);
      kept.push(...cutAt(e, cuts).filter((piece) => isCovered(piece.middle)));
    }
    found.push(...chained(kept));
  }
  const inLines = edgesOf(found);
  const alone = points.filter(
    (p, i) => points.findIndex((q) => isSame(p, q)) === i && !inLines.some((e) => isOn(p, e)),
  );
  return { points: alone, lines: found };
}
