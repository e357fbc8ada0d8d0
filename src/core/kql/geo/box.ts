import { isInside, type Polygon } from './geojson.ts';
import { angle, nearestOnArc, type Path, positionOf } from './sphere.ts';

/** Degrees. Where it would pass the antimeridian or hold a pole it spans all longitudes. */
export interface Box {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

const DEGREES = 180 / Math.PI;
const NORTH = { x: 0, y: 0, z: 1 };
const SOUTH = { x: 0, y: 0, z: -1 };
/** Degrees that rounding may take away. */
const MARGIN = 1e-9;

/** A box that holds all that lies within so many radians of paths, and of what polygons enclose. */
export function boxOf(paths: readonly Path[], polygons: readonly Polygon[], radians: number): Box {
  const rings = [...paths, ...polygons.flat()];
  let [west, east] = [180, -180];
  let [toNorth, toSouth] = [Math.PI, Math.PI];
  let isAround = polygons.some((p) => isInside(p, NORTH) || isInside(p, SOUTH));
  for (const ring of rings)
    for (let i = 1; i < ring.length; i++) {
      const [a, b] = [ring[i - 1]!, ring[i]!];
      const [x, y] = [positionOf(a)[0], positionOf(b)[0]];
      if (Math.abs(x - y) > 180) isAround = true;
      [west, east] = [Math.min(west, x, y), Math.max(east, x, y)];
      toNorth = Math.min(toNorth, angle(NORTH, nearestOnArc(NORTH, a, b)));
      toSouth = Math.min(toSouth, angle(SOUTH, nearestOnArc(SOUTH, a, b)));
    }
  if (polygons.some((p) => isInside(p, NORTH))) toNorth = 0;
  if (polygons.some((p) => isInside(p, SOUTH))) toSouth = 0;
  const toPole = Math.min(toNorth, toSouth);
  const aside =
    toPole <= radians ? Math.PI : Math.asin(Math.min(1, Math.sin(radians) / Math.sin(toPole)));
  const wide = aside * DEGREES + MARGIN;
  const isWhole = isAround || west - wide < -180 || east + wide > 180;
  return {
    west: isWhole ? -180 : west - wide,
    east: isWhole ? 180 : east + wide,
    south: (toSouth - radians) * DEGREES - 90 - MARGIN,
    north: 90 - (toNorth - radians) * DEGREES + MARGIN,
  };
}
