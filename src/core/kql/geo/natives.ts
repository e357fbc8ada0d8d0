/** What geometry needs of libraries and gets handed in, loaded when a query first calls it. */

/** Closed: the first point is the last. */
export type PlaneRing = readonly (readonly [x: number, y: number])[];
/** The outer ring, then holes. */
export type PlanePolygon = readonly PlaneRing[];

/** Cells of H3, by their tokens. Degrees; longitude first. Source: https://h3geo.org, the API reference. */
export interface Hexagons {
  isCell(token: string): boolean;
  cellAt(longitude: number, latitude: number, resolution: number): string;
  resolution(token: string): number;
  parent(token: string, resolution: number): string;
  children(token: string, resolution: number): readonly string[];
  centre(token: string): readonly [longitude: number, latitude: number];
  /** Closed, counterclockwise. */
  boundary(token: string): readonly (readonly [longitude: number, latitude: number])[];
  /** The cells at a distance of 0, 1, … up to the one given. */
  rings(token: string, distance: number): readonly (readonly string[])[];
  /** The cells whose centres are inside of a polygon with straight edges; null when there would be more than `most`. */
  within(polygon: PlanePolygon, resolution: number, most: number): readonly string[] | null;
}

export interface GeoNatives {
  /**
   * The area that any, or that all, of several areas of a plane cover; each is polygons that may overlap. Null where
   * edges lie so that it cannot be told.
   */
  overlay(
    kind: 'union' | 'intersection',
    areas: readonly (readonly PlanePolygon[])[],
  ): readonly PlanePolygon[] | null;
  readonly hexagons: Hexagons;
  /** Metres between two places on the ellipsoid WGS 84. */
  spheroidDistance(
    from: readonly [longitude: number, latitude: number],
    to: readonly [longitude: number, latitude: number],
  ): number;
}
