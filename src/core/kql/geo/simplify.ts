import { areNear, edgesOf, isSame, meeting } from './arcs.ts';
import type { Polygon } from './geojson.ts';
import { angle, nearestOnArc, type Path, type Vector } from './sphere.ts';

/**
 * Paths with fewer vertices: none is closer to another than a tolerance, and what is left out is no farther than that
 * from the path. Which vertices stay is a choice; Kusto, which asks Google's S2 to choose, may keep others.
 */

const isNear = (a: Vector, b: Vector, radians: number) => angle(a, b) < radians;

/** The first vertex, and each that is not too close to one that stays. */
function thinned(path: Path, radians: number): number[] {
  const kept: number[] = [];
  for (const [i, p] of path.entries())
    if (!kept.some((k) => isNear(path[k]!, p, radians) || isSame(path[k]!, p))) kept.push(i);
  return kept;
}

/** From each vertex straight to the farthest that leaves all between close to the arc. */
function straightened(path: Path, kept: readonly number[], radians: number): Path {
  const isStraight = (from: number, to: number) => {
    const [a, b] = [path[from]!, path[to]!];
    for (let i = from + 1; i < to; i++)
      if (angle(path[i]!, nearestOnArc(path[i]!, a, b)) > radians) return false;
    return true;
  };
  const out = [path[kept[0]!]!];
  for (let at = 0; at < kept.length - 1; ) {
    let next = at + 1;
    while (next + 1 < kept.length && isStraight(kept[at]!, kept[next + 1]!)) next++;
    out.push(path[kept[next]!]!);
    at = next;
  }
  return out;
}

/** A line simplified; null where nothing of it is left. */
export function simplifiedLine(path: Path, radians: number): Path | null {
  const last = path.length - 1;
  const inner = thinned(path, radians).filter(
    (k) => k !== last && (k === 0 || !isNear(path[k]!, path[last]!, radians)),
  );
  if (isNear(path[0]!, path[last]!, radians) && inner.length < 2) return null;
  return straightened(path, [...inner, last], radians);
}

function simplifiedRing(ring: Path, radians: number): Path | null {
  const last = ring.length - 1;
  const kept = thinned(ring.slice(0, last), radians);
  if (kept.length < 3) return null;
  const out = straightened(ring, [...kept, last], radians);
  return out.length < 4 ? null : out;
}

/** Polygons simplified ring by ring, without those that vanish; and whether their rings still keep apart. */
export function simplifiedPolygons(
  polygons: readonly Polygon[],
  radians: number,
): { readonly polygons: readonly Polygon[]; readonly isSound: boolean } {
  const out = polygons.flatMap(([outer, ...holes]): Polygon[] => {
    const shell = simplifiedRing(outer!, radians);
    const gaps = holes.map((h) => simplifiedRing(h, radians)).filter((h) => h !== null);
    return shell ? [[shell, ...gaps]] : [];
  });
  return { polygons: out, isSound: areRingsApart(out.flat()) };
}

/** Whether edges meet in their ends only. */
function areRingsApart(rings: readonly Path[]): boolean {
  const edges = edgesOf(rings);
  return edges.every((e, i) =>
    edges.slice(i + 1).every((f) => {
      if (!areNear(e, f)) return true;
      const met = meeting(e, f);
      return met.length < 2 && met.every((p) => isEnd(p, e) && isEnd(p, f));
    }),
  );
}

const isEnd = (p: Vector, e: { readonly a: Vector; readonly b: Vector }) =>
  isSame(p, e.a) || isSame(p, e.b);
