import {
  angle,
  between,
  dot,
  minus,
  nearestOnArc,
  norm,
  normalOf,
  type Path,
  plus,
  unit,
  type Vector,
} from './sphere.ts';

/** Where arcs of great circles meet. Points closer than a few micrometres are the same. */

/** Radians. */
export const SAME = 1e-12;

export const isSame = (a: Vector, b: Vector): boolean => norm(minus(a, b)) < SAME;

/** An arc, with a ball around it that tells quickly what is far away. */
export interface Edge {
  readonly a: Vector;
  readonly b: Vector;
  readonly middle: Vector;
  readonly reach: number;
}

export function edgeOf(a: Vector, b: Vector): Edge {
  const middle = between(a, b, 0.5);
  return { a, b, middle, reach: norm(minus(a, middle)) + 2 * SAME };
}

export function edgesOf(paths: readonly Path[]): Edge[] {
  return paths.flatMap((path) =>
    path.slice(1).flatMap((b, i) => (isSame(path[i]!, b) ? [] : [edgeOf(path[i]!, b)])),
  );
}

/** Whether two arcs may come closer than a chord of so many radii. */
export function areNear(e: Edge, f: Edge, within = 0): boolean {
  return norm(minus(e.middle, f.middle)) <= e.reach + f.reach + within;
}

export function isOn(p: Vector, e: Edge): boolean {
  return (
    norm(minus(p, e.middle)) <= e.reach + SAME && norm(minus(p, nearestOnArc(p, e.a, e.b))) < SAME
  );
}

/** Where an arc meets another: nowhere, a point, or the two ends of what they share. */
export function meeting(e: Edge, f: Edge): readonly Vector[] {
  if (!areNear(e, f)) return [];
  const found: Vector[] = [];
  const add = (p: Vector) => {
    if (!found.some((q) => isSame(p, q))) found.push(p);
  };
  if (isOn(e.a, f)) add(e.a);
  if (isOn(e.b, f)) add(e.b);
  if (isOn(f.a, e)) add(f.a);
  if (isOn(f.b, e)) add(f.b);
  if (found.length > 0) return found;
  const [n, m] = [normalOf(e.a, e.b), normalOf(f.a, f.b)];
  const parts = (normal: Vector, p: Vector, q: Vector) => dot(normal, p) * dot(normal, q) < 0;
  if (!parts(n, f.a, f.b) || !parts(m, e.a, e.b)) return [];
  const line = normalOf(unit(n), unit(m));
  if (norm(line) === 0) return [];
  const crossing = unit(line);
  const side = dot(crossing, plus(e.middle, f.middle));
  const at = side < 0 ? minus({ x: 0, y: 0, z: 0 }, crossing) : crossing;
  return isOn(at, e) && isOn(at, f) ? [at] : [];
}

/** The arc cut at points, in its direction. */
export function cutAt(e: Edge, points: readonly Vector[]): Edge[] {
  const along = points
    .map((p) => ({ p, way: angle(e.a, p) }))
    .sort((x, y) => x.way - y.way)
    .map(({ p }) => p);
  const out: Edge[] = [];
  let from = e.a;
  for (const to of [...along, e.b])
    if (!isSame(from, to)) {
      out.push(edgeOf(from, to));
      from = to;
    }
  return out;
}

/** Points in a space of their own, told apart by where they are. */
export class Places {
  readonly #cells = new Map<string, Vector[]>();

  /** The point known at this place; the first that comes stands for all. */
  at(p: Vector): Vector {
    const [x, y, z] = [p.x, p.y, p.z].map((v) => Math.round(v / (4 * SAME)));
    for (const i of [0, -1, 1])
      for (const j of [0, -1, 1])
        for (const k of [0, -1, 1]) {
          const known = this.#cells.get(`${x! + i},${y! + j},${z! + k}`)?.find((q) => isSame(p, q));
          if (known) return known;
        }
    const key = `${x},${y},${z}`;
    const cell = this.#cells.get(key);
    if (cell) cell.push(p);
    else this.#cells.set(key, [p]);
    return p;
  }
}
