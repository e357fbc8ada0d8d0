import { type Edge, edgeOf, edgesOf, isOn, isSame, meeting, Places } from './arcs.ts';
import { isInside, type Polygon } from './geojson.ts';
import type { GeoNatives, PlanePolygon } from './natives.ts';
import { ontoPlane, type Plane, planeFor } from './plane.ts';
import { angle, type Path, ringArea, type Vector } from './sphere.ts';

/**
 * Areas of the sphere put together or cut with each other, exact but for rounding. Rings go counterclockwise, holes
 * clockwise, and a ring begins after its edge that came last in the input, as Google's S2 arranges them.
 */

type Overlay = GeoNatives['overlay'];

/** Rings thinner than this, in steradians a radian of their length, are left over from rounding. */
const SLIVER = 1e-13;

const pathOfRing = (ring: readonly Vector[]): Path => [...ring, ring[0]!];

function lengthOf(ring: Path): number {
  return ring.reduce((sum, p, i) => (i === 0 ? 0 : sum + angle(ring[i - 1]!, p)), 0);
}

/** Vertices of the input that lie on an edge between two of the output. */
function between(a: Vector, b: Vector, known: readonly Vector[]): Vector[] {
  const edge = edgeOf(a, b);
  return known
    .filter((p) => isOn(p, edge) && !isSame(p, a) && !isSame(p, b))
    .sort((p, q) => angle(a, p) - angle(a, q))
    .filter((p, i, all) => i === 0 || !isSame(p, all[i - 1]!));
}

/** The ring so turned that its edge of the latest origin stands last; of two pieces of that, the later one. */
function turned(ring: readonly Vector[], edges: readonly Edge[]): readonly Vector[] {
  let [last, latest] = [ring.length - 1, -1];
  for (const [i, a] of ring.entries()) {
    const { middle } = edgeOf(a, ring[(i + 1) % ring.length]!);
    const origin = edges.findIndex((e) => isOn(middle, e));
    const from = edges[origin];
    const rank = from ? origin + angle(from.a, middle) / (angle(from.a, from.b) * 2) : -1;
    if (rank > latest) [last, latest] = [i, rank];
  }
  return [...ring.slice(last + 1), ...ring.slice(0, last + 1)];
}

/** Beyond this many comparisons rings are left as they come: their order says nothing of the area. */
const MAX_COMPARISONS = 20_000_000;

function finished(
  found: readonly PlanePolygon[],
  plane: Plane,
  known: ReadonlyMap<string, Vector>,
  edges: readonly Edge[],
): Polygon[] {
  const corners = [...new Set(edges.map((e) => e.a))];
  const size = found.reduce((n, p) => n + p.reduce((m, r) => m + r.length, 0), 0);
  const isSmall = size * edges.length <= MAX_COMPARISONS;
  const ringOf = (ring: PlanePolygon[number], isHole: boolean): Path | null => {
    const points: Vector[] = [];
    for (const [x, y] of ring) {
      const p = known.get(`${x},${y}`) ?? plane.back(x, y);
      if (points.length === 0 || !isSame(points.at(-1)!, p)) points.push(p);
    }
    if (points.length > 1 && isSame(points[0]!, points.at(-1)!)) points.pop();
    if (points.length < 3) return null;
    const path = pathOfRing(points);
    const area = ringArea(path);
    if (Math.abs(area) < SLIVER * lengthOf(path)) return null;
    const open = area < 0 === isHole ? points : points.reverse();
    if (!isSmall) return pathOfRing(open);
    const whole = open.flatMap((a, i) => [a, ...between(a, open[(i + 1) % open.length]!, corners)]);
    return pathOfRing(turned(whole, edges));
  };
  return found.flatMap((polygon) => {
    const [outer, ...holes] = polygon.map((ring, i) => ringOf(ring, i > 0));
    return outer ? [[outer, ...holes.filter((h) => h !== null && h !== undefined)]] : [];
  });
}

function onOnePlane(
  kind: 'union' | 'intersection',
  areas: readonly (readonly Polygon[])[],
  overlay: Overlay,
): Polygon[] | null {
  const places = new Places();
  const snapped = areas.map((area) =>
    area.map((p) => p.map((ring) => ring.map((v) => places.at(v)))),
  );
  const rings = snapped.flat(2);
  const plane = planeFor(rings.flat());
  if (!plane) return null;
  const known = new Map(rings.flat().map((v) => [plane.onto(v).join(','), v]));
  const found = overlay(
    kind,
    snapped.map((area) => area.map((polygon) => ontoPlane(plane, polygon))),
  );
  return found ? finished(found, plane, known, edgesOf(rings)) : null;
}

interface Ball {
  readonly middle: Vector;
  readonly reach: number;
}

function ballOf(polygon: Polygon): Ball {
  const outer = polygon[0]!;
  const { middle } = edgeOf(outer[0]!, outer[Math.floor(outer.length / 2)]!);
  return { middle, reach: outer.reduce((far, p) => Math.max(far, angle(middle, p)), 0) };
}

/** Groups of polygons that may touch each other. */
function clusters(polygons: readonly Polygon[]): Polygon[][] {
  const balls = polygons.map(ballOf);
  const group = polygons.map((_, i) => i);
  const root = (i: number): number => (group[i] === i ? i : root(group[i]!));
  for (const [i, a] of balls.entries())
    for (let j = 0; j < i; j++) {
      const b = balls[j]!;
      if (angle(a.middle, b.middle) <= a.reach + b.reach + 1e-9) group[root(i)] = root(j);
    }
  const out = new Map<number, Polygon[]>();
  for (const [i, polygon] of polygons.entries()) {
    const key = root(i);
    out.set(key, [...(out.get(key) ?? []), polygon]);
  }
  return [...out.values()];
}

/** Polygons in the order in which S2 comes to them: always the two smallest are put together first. */
function inTurn(polygons: readonly Polygon[]): Polygon[] {
  const sizeOf = (p: Polygon) => p.reduce((n, ring) => n + ring.length - 1, 0);
  const alone = polygons.map((p) => ({ size: sizeOf(p), of: [p] })).sort((a, b) => a.size - b.size);
  // What is put together never gets smaller, so it queues up in order by itself.
  const joined: typeof alone = [];
  let [i, j] = [0, 0];
  const smallest = () => {
    const [a, b] = [alone[i], joined[j]];
    if (a && (!b || a.size <= b.size)) i++;
    else j++;
    return a && (!b || a.size <= b.size) ? a : b!;
  };
  while (alone.length - i + joined.length - j > 1) {
    const [a, b] = [smallest(), smallest()];
    joined.push({ size: a.size + b.size, of: [...a.of, ...b.of] });
  }
  return smallest().of;
}

/**
 * What any of the polygons covers, as polygons that are apart. Null where polygons that hang together reach over more
 * than a hemisphere.
 */
export function unite(polygons: readonly Polygon[], overlay: Overlay): Polygon[] | null {
  const out: Polygon[] = [];
  for (const cluster of clusters(polygons)) {
    const part = onOnePlane(
      'union',
      inTurn(cluster).map((p) => [p]),
      overlay,
    );
    if (!part) return null;
    out.push(...part);
  }
  return out;
}

export interface Shared {
  readonly points: readonly Vector[];
  readonly lines: readonly Path[];
  readonly polygons: readonly Polygon[];
}

/** What two areas share: where they only touch, points and lines. Null where both do not fit in one hemisphere. */
export function shared(
  a: readonly Polygon[],
  b: readonly Polygon[],
  overlay: Overlay,
): Shared | null {
  const polygons = onOnePlane('intersection', [a, b], overlay);
  if (!polygons) return null;
  const border = edgesOf(polygons.flat());
  const isCovered = (p: Vector) =>
    border.some((e) => isOn(p, e)) || polygons.some((polygon) => isInside(polygon, p));
  const [mine, other] = [edgesOf(a.flat()), edgesOf(b.flat())];
  const [points, lines]: [Vector[], Edge[]] = [[], []];
  for (const e of mine)
    for (const f of other) {
      const [from, to] = meeting(e, f);
      if (from && to) {
        const edge = edgeOf(from, to);
        if (!isCovered(edge.middle)) lines.push(edge);
      } else if (from && !isCovered(from)) points.push(from);
    }
  const alone = points.filter(
    (p, i) => points.findIndex((q) => isSame(p, q)) === i && !lines.some((e) => isOn(p, e)),
  );
  return { points: alone, lines: lines.map((e) => [e.a, e.b]), polygons };
}
