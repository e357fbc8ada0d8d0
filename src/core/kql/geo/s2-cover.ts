import { type Edge, edgesOf, meeting } from './arcs.ts';
import { isInside, type Polygon } from './geojson.ts';
import { cellIn, centreOf, cornersOf, quartersOf, type S2Cell, tokenOf } from './s2.ts';
import { angle, dot, nearestOnArc, normalOf, type Path, type Vector } from './sphere.ts';

/** The cells of one level that a shape, or anything within a distance of it, touches. */

const MAX_CELLS = 65_536;

interface Box {
  readonly cell: S2Cell;
  readonly centre: Vector;
  readonly reach: number;
  readonly sides: readonly Edge[];
}

function boxOf(cell: S2Cell): Box {
  const corners = cornersOf(cell);
  const centre = centreOf(cell);
  return {
    cell,
    centre,
    reach: Math.max(...corners.map((c) => angle(centre, c))),
    sides: edgesOf([[...corners, corners[0]!]]),
  };
}

const holds = (box: Box, p: Vector) => box.sides.every((s) => dot(normalOf(s.a, s.b), p) >= -1e-15);

const toArc = (p: Vector, e: Edge) => angle(p, nearestOnArc(p, e.a, e.b));

/** Whether an edge comes as near to a cell as that. */
function touches(box: Box, e: Edge, radians: number): boolean {
  if (toArc(box.centre, e) > box.reach + radians + 1e-12) return false;
  if (holds(box, e.a) || box.sides.some((s) => meeting(s, e).length > 0)) return true;
  if (radians === 0) return false;
  return box.sides.some(
    (s) => toArc(s.a, e) <= radians || toArc(e.a, s) <= radians || toArc(e.b, s) <= radians,
  );
}

/** Tokens in the order of cells; null where there are more than 65,536. */
export function coverOf(
  shape: { readonly lines: readonly Path[]; readonly polygons: readonly Polygon[] },
  level: number,
  radians: number,
): string[] | null {
  const out: string[] = [];
  const isFilled = (p: Vector) => shape.polygons.some((polygon) => isInside(polygon, p));
  /** False where there are too many. */
  const visit = (cell: S2Cell, edges: readonly Edge[], isWhole: boolean): boolean => {
    let [near, whole] = [edges, isWhole];
    if (!isWhole) {
      const box = boxOf(cell);
      near = edges.filter((e) => touches(box, e, radians));
      if (near.length === 0) {
        if (!isFilled(box.centre)) return true;
        whole = true;
      }
    }
    if (whole && 4 ** (level - cell.level) > MAX_CELLS - out.length) return false;
    if (cell.level === level) return out.push(tokenOf(cell)) <= MAX_CELLS;
    return quartersOf(cell).every((quarter) => visit(quarter, near, whole));
  };
  const edges = edgesOf([...shape.lines, ...shape.polygons.flat()]);
  const faces = [0, 1, 2, 3, 4, 5].map(cellIn);
  return faces.every((face) => visit(face, edges, false)) ? out.sort() : null;
}
