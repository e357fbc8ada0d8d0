import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const SQUARE = 'dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]]]})';
const HOLED =
  'dynamic({"type":"Polygon","coordinates":[[[0,0],[2,0],[2,2],[0,2],[0,0]],[[0.5,0.5],[0.5,1.5],[1.5,1.5],[1.5,0.5],[0.5,0.5]]]})';
const EQUATOR = 'dynamic({"type":"LineString","coordinates":[[0,0],[10,0]]})';
/** Metres of a degree on a great circle. */
const DEGREE = (Math.PI / 180) * 6_371_010;

/** An expression, and its value; numbers to eight digits. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ['geo_distance_2points(10, 0, 11, 0)', DEGREE],
  ['geo_distance_2points(0, 89, 180, 89)', 2 * DEGREE],
  ['geo_distance_2points(0, 91, 0, 0)', null],
  ['degrees(geo_azimuth(0, 0, 0, 5))', 0],
  ['degrees(geo_azimuth(0, 0, -5, 0))', 270],
  ['degrees(geo_angle(0, 1, 0, 0, 1, 0))', 90],
  ['geo_point_in_circle(0, 1, 0, 0, 112000)', true],
  ['geo_point_in_circle(0, 1, 0, 0, 111000)', false],
  [`geo_point_in_polygon(1, 1, ${SQUARE})`, true],
  [`geo_point_in_polygon(3, 1, ${SQUARE})`, false],
  [`geo_point_in_polygon(1, 1, ${HOLED})`, false],
  [`geo_point_in_polygon(0.2, 1, ${HOLED})`, true],
  [`geo_distance_point_to_polygon(1, -1, ${SQUARE})`, DEGREE],
  [`geo_distance_point_to_polygon(1, 1, ${SQUARE})`, 0],
  [`geo_distance_point_to_line(5, 2, ${EQUATOR})`, 2 * DEGREE],
  [`geo_distance_point_to_line(12, 0, ${EQUATOR})`, 2 * DEGREE],
  [`geo_line_length(${EQUATOR})`, 10 * DEGREE],
  [`geo_line_centroid(${EQUATOR}).coordinates[0]`, 5],
  [`geo_closest_point_on_line(5, 2, ${EQUATOR}).coordinates[0]`, 5],
  [`geo_polygon_centroid(${SQUARE}).coordinates[0]`, 1],
  [
    `geo_intersects_2lines(${EQUATOR}, dynamic({"type":"LineString","coordinates":[[5,-1],[5,1]]}))`,
    true,
  ],
  [
    `geo_intersects_2lines(${EQUATOR}, dynamic({"type":"LineString","coordinates":[[5,1],[5,2]]}))`,
    false,
  ],
  [`geo_intersects_line_with_polygon(${EQUATOR}, ${SQUARE})`, true],
  ['geo_point_to_geohash(0, 0, 3)', 's00'],
  ['geo_point_to_geohash(-0.1, 51.5)', 'gcpuv'],
  ['geo_point_to_geohash(0, 0, 19)', ''],
  ['geo_geohash_to_central_point("s").coordinates', [22.5, 22.5]],
  ['array_length(geo_geohash_neighbors("gcpuv"))', 8],
  ['geo_geohash_neighbors("a")', null],
  ['geo_point_to_s2cell(0, 0, 0)', '1'],
  ['geo_point_to_s2cell(0, 90, 0)', '5'],
  ['array_length(geo_s2cell_neighbors(geo_point_to_s2cell(12, 41, 9)))', 8],
  ['geo_from_wkt("POINT (1 2)").coordinates', [1, 2]],
  ['geo_from_wkt("POLYGON ((0 0, 1 0, 1 1, 0 0))").coordinates[0][2]', [1, 1]],
  ['geo_from_wkt("POINT (1)")', null],
];

describe('places', () => {
  it.each(VALUES)('%s', async (expression, value) => {
    const [[found]] = (await bench.rows(`print v = ${expression}`)) as [[unknown]];
    if (typeof value === 'number' && typeof found === 'number')
      expect(found).toBeCloseTo(value, value > 1000 ? 2 : 8);
    else expect(found).toEqual(value);
  });

  it('the area of a polygon is its outer ring without the holes', async () => {
    const [[whole, holed]] = (await bench.rows(
      `print geo_polygon_area(${SQUARE}), geo_polygon_area(${HOLED})`,
    )) as [[number, number]];
    expect(whole / DEGREE ** 2).toBeCloseTo(4, 2);
    expect(holed / DEGREE ** 2).toBeCloseTo(3, 2);
  });

  it('every point is in the S2 cell it names, on every face', async () => {
    const query = `range n from 0 to 199 step 1 | extend lon = (n * 37) % 360 - 179.7, lat = (n * 53) % 179 - 88.8
      | extend p = geo_s2cell_to_polygon(geo_point_to_s2cell(lon, lat, 6)) | where not(geo_point_in_polygon(lon, lat, p)) | count`;
    expect(await bench.rows(query)).toEqual([[0]]);
  });

  it('every point is in the geohash it names', async () => {
    const query = `range n from 0 to 99 step 1 | extend lon = (n * 37) % 360 - 179.5, lat = (n * 53) % 179 - 89.5
      | extend c = geo_geohash_to_central_point(geo_point_to_geohash(lon, lat, 6)) | where abs(todouble(c.coordinates[0]) - lon) > 0.01 or abs(todouble(c.coordinates[1]) - lat) > 0.01 | count`;
    expect(await bench.rows(query)).toEqual([[0]]);
  });
});
