import { isBag, type Json, parseJson } from '../runtime/value.ts';
import {
  cross,
  dot,
  goesRound,
  type Path,
  type Position,
  plus,
  pointAt,
  positionOf,
  ringArea,
  type Vector,
} from './sphere.ts';

/** GeoJSON geometries (RFC 7946) as paths on the sphere. */

/** The outer ring, then holes. */
export type Polygon = readonly Path[];

const MAX_POINTS = 100_000;

function positionsIn(value: Json, least: number): Position[] | null {
  if (!Array.isArray(value) || value.length < least || value.length > MAX_POINTS) return null;
  const out: Position[] = [];
  for (const position of value) {
    if (!Array.isArray(position)) return null;
    const [x, y] = [Number(position[0]), Number(position[1])];
    if (!pointAt(x, y)) return null;
    out.push([x, y]);
  }
  return out;
}

function every<T>(value: Json | undefined, read: (item: Json) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const out = value.map(read);
  return out.every((x): x is Awaited<T> => x !== null) ? out : null;
}

function geometryIn(value: Json): { type: string; coordinates: Json | undefined } | null {
  return isBag(value)
    ? { type: String(value['type'] ?? ''), coordinates: value['coordinates'] }
    : null;
}

const pathOf = (positions: readonly Position[]): Path => positions.map(([x, y]) => pointAt(x, y)!);

/** The positions of a LineString or MultiLineString; null when it is none, or broken. */
export function linePositions(value: Json): Position[][] | null {
  const g = geometryIn(value);
  if (g?.type === 'LineString') return every([g.coordinates ?? null], (l) => positionsIn(l, 2));
  return g?.type === 'MultiLineString' ? every(g.coordinates, (l) => positionsIn(l, 2)) : null;
}

/** The positions of a Polygon or MultiPolygon, by polygon and ring; null when it is none, or broken. */
export function polygonPositions(value: Json): Position[][][] | null {
  const g = geometryIn(value);
  const polygon = (of: Json) => every(of, ringIn);
  if (g?.type === 'Polygon') return every([g.coordinates ?? null], polygon);
  return g?.type === 'MultiPolygon' ? every(g.coordinates, polygon) : null;
}

/** The lines of a LineString or MultiLineString; null when it is none, or broken. */
export function linesIn(value: Json): Path[] | null {
  return linePositions(value)?.map(pathOf) ?? null;
}

/** The polygons of a Polygon or MultiPolygon; null when it is none, or broken. */
export function polygonsIn(value: Json): Polygon[] | null {
  return polygonPositions(value)?.map((rings) => rings.map(pathOf)) ?? null;
}

/** The same of all geometries of an array; null when one of them is none. */
export function allOf<T>(value: Json, read: (item: Json) => readonly T[] | null): T[] | null {
  return every(value, read)?.flat() ?? null;
}

/** A closed path that has an inside. */
function ringIn(value: Json): Position[] | null {
  const positions = positionsIn(value, 4);
  if (!positions) return null;
  const path = pathOf(positions);
  const [first, last] = [path[0]!, path.at(-1)!];
  return dot(first, last) < 1 - 1e-15 || ringArea(path) === 0 ? null : positions;
}

export function isInside(polygon: Polygon, p: Vector): boolean {
  const [outer, ...holes] = polygon;
  return outer !== undefined && goesRound(outer, p) && !holes.some((h) => goesRound(h, p));
}

/** Whether two arcs cross. */
function arcsCross(a: Vector, b: Vector, c: Vector, d: Vector): boolean {
  const [ab, cd] = [cross(a, b), cross(c, d)];
  const isApart = (normal: Vector, p: Vector, q: Vector) => dot(normal, p) * dot(normal, q) <= 0;
  return isApart(ab, c, d) && isApart(cd, a, b) && dot(plus(a, b), plus(c, d)) > 0;
}

export function pathsCross(a: Path, b: Path): boolean {
  for (let i = 1; i < a.length; i++)
    for (let j = 1; j < b.length; j++)
      if (arcsCross(a[i - 1]!, a[i]!, b[j - 1]!, b[j]!)) return true;
  return false;
}

export function polygonsMeet(a: Polygon, b: Polygon): boolean {
  return (
    a.some((x) => b.some((y) => pathsCross(x, y))) ||
    isInside(a, b[0]![0]!) ||
    isInside(b, a[0]![0]!)
  );
}

/** Whether no two polygons share a point, so that what is said of each adds up. */
export function areApart(polygons: readonly Polygon[]): boolean {
  return polygons.every((a, i) => polygons.slice(i + 1).every((b) => !polygonsMeet(a, b)));
}

type Geometry = { type: string; coordinates: Json };

const positionsJson = (path: Path): Json => path.map((v): Json => [...positionOf(v)]);

/** Geometries as one: by itself, as a multiple of its kind, or as a collection of several kinds or of nothing. */
export function geometryJson(
  points: readonly Vector[],
  lines: readonly Path[],
  polygons: readonly Polygon[],
): Json {
  const kind = (name: string, all: readonly Json[]): Geometry[] => {
    if (all.length === 0) return [];
    return all.length === 1
      ? [{ type: name, coordinates: all[0]! }]
      : [{ type: `Multi${name}`, coordinates: [...all] }];
  };
  const found = [
    ...kind(
      'Point',
      points.map((p): Json => [...positionOf(p)]),
    ),
    ...kind('LineString', lines.map(positionsJson)),
    ...kind(
      'Polygon',
      polygons.map((p): Json => p.map(positionsJson)),
    ),
  ];
  return found.length === 1 ? found[0]! : { type: 'GeometryCollection', geometries: found };
}

export function pointJson(v: Vector): Json {
  return { type: 'Point', coordinates: [...positionOf(v)] };
}

/** A polygon of one ring, closed. */
export function ringJson(corners: readonly (readonly [number, number])[]): Json {
  const positions = corners.map((c): Json => [...c]);
  return { type: 'Polygon', coordinates: [[...positions, positions[0] ?? null]] };
}

const WKT_TYPES: Readonly<Record<string, readonly [name: string, depth: number]>> = {
  POINT: ['Point', 0],
  LINESTRING: ['LineString', 1],
  MULTIPOINT: ['MultiPoint', 1],
  POLYGON: ['Polygon', 2],
  MULTILINESTRING: ['MultiLineString', 2],
  MULTIPOLYGON: ['MultiPolygon', 3],
};

/** Well-known text as GeoJSON; null where it is none. Source: OGC 06-103r4, clause 7. */
export function fromWkt(source: string): Json {
  const m = /^\s*([A-Za-z]+)\s*(\(.*\))\s*$/s.exec(source);
  const type = m ? WKT_TYPES[m[1]!.toUpperCase()] : undefined;
  if (!m || !type || source.length > 10_000_000) return null;
  const number = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?';
  const isValid = new RegExp(`^[\\s(),]*(?:${number}\\s+${number}[\\s(),]*)+$`).test(m[2]!);
  if (!isValid) return null;
  const inner = type[0] === 'MultiPoint' ? m[2]!.replace(/\(\s*([^(),]+)\s*\)/g, ' $1 ') : m[2]!;
  const positions = inner.replace(
    new RegExp(`(${number})\\s+(${number})`, 'g'),
    (_all, x: string, y: string) => `[${Number(x)},${Number(y)}]`,
  );
  const text = positions.replaceAll('(', '[').replaceAll(')', ']');
  const value = parseJson(text);
  if (!Array.isArray(value)) return null;
  const coordinates = type[1] === 0 ? (value[0] ?? null) : value;
  return depthOf(coordinates) === type[1] ? { type: type[0], coordinates } : null;
}

/** How many arrays stand around positions. */
function depthOf(value: Json): number {
  if (!Array.isArray(value) || value.length === 0) return -1;
  return typeof value[0] === 'number' ? 0 : 1 + depthOf(value[0] ?? null);
}
