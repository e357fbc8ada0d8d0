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
type At = readonly [number, number];
const line = (...at: readonly At[]) =>
  `dynamic({"type":"LineString","coordinates":${JSON.stringify(at)}})`;
const ring = (...at: readonly At[]) =>
  `dynamic({"type":"Polygon","coordinates":[${JSON.stringify([...at, at[0]])}]})`;
const geo = (type: string, coordinates: unknown) => ({ type, coordinates });

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
  // The geodesic on WGS 84 along the equator is its radius times the angle.
  ['geo_distance_2points(0, 0, 1, 0, true)', (Math.PI / 180) * 6_378_137],
  ['geo_distance_2points(0, 0, 1, 0, false)', DEGREE],
  [`geo_line_interpolate_point(${EQUATOR}, 0.25).coordinates[0]`, 2.5],
  [`geo_line_interpolate_point(${EQUATOR}, 1.25)`, null],
  [`geo_line_locate_point(${EQUATOR}, 4, 3)`, 0.4],
  [`geo_line_locate_point(${EQUATOR}, -4, 3)`, 0],
  [`geo_intersection_2lines(${EQUATOR}, ${line([5, -1], [5, 1])})`, geo('Point', [5, 0])],
  [
    `geo_intersection_2lines(${EQUATOR}, ${line([4, 0], [20, 0])})`,
    geo('LineString', [
      [4, 0],
      [10, 0],
    ]),
  ],
  [
    `geo_intersection_2lines(${EQUATOR}, ${line([5, 1], [5, 2])})`,
    { type: 'GeometryCollection', geometries: [] },
  ],
  [`geo_intersection_2lines(${EQUATOR}, ${line([5, 1])})`, null],
  [
    `geo_intersection_line_with_polygon(${line([1, -1], [1, 3])}, ${HOLED}).coordinates[1][0][0]`,
    1,
  ],
  [
    `array_length(geo_intersection_line_with_polygon(${line([1, -1], [1, 3])}, ${HOLED}).coordinates)`,
    2,
  ],
  [`geo_intersection_line_with_polygon(${line([-1, 0], [1, -1])}, ${SQUARE}).geometries`, []],
  [`geo_intersection_2polygons(${SQUARE}, ${ring([2, 2], [3, 2], [3, 3])})`, geo('Point', [2, 2])],
  [
    `geo_intersection_2polygons(${SQUARE}, ${ring([2, 0], [3, 0], [3, 2], [2, 2])}).type`,
    'LineString',
  ],
  [`geo_intersection_2polygons(${SQUARE}, ${ring([5, 5], [6, 5], [6, 6])}).geometries`, []],
  // Beyond a hemisphere there is no answer.
  [`geo_intersection_2polygons(${SQUARE}, ${ring([178, 0], [180, 1], [178, 2])})`, null],
  [
    `geo_union_lines_array(pack_array(${line([0, 0], [1, 0], [2, 0])}, ${line([1, 0], [2, 0], [3, 0])}))`,
    geo('LineString', [
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ]),
  ],
  [`geo_union_lines_array(pack_array(${line([0, 0], [1, 0])}, ${line([1, 0])}))`, null],
  [
    `geo_line_length(dynamic({"type":"MultiLineString","coordinates":[[[0,0],[2,0]],[[1,0],[3,0]]]}))`,
    3 * DEGREE,
  ],
  [
    `geo_union_polygons_array(pack_array(${ring([0, 0], [1, 0], [1, 1])}, ${ring([170, 0], [171, 0], [171, 1])})).type`,
    'MultiPolygon',
  ],
  [
    `geo_line_simplify(${line([0, 0], [1, 0.00001], [2, 0])}, 100)`,
    geo('LineString', [
      [0, 0],
      [2, 0],
    ]),
  ],
  [`array_length(geo_line_simplify(${line([0, 0], [1, 0.01], [2, 0])}, 100).coordinates)`, 3],
  [`geo_line_simplify(${line([0, 0], [0.0001, 0])}, 100)`, null],
  [`geo_line_simplify(${EQUATOR}, -1)`, null],
  [
    `array_length(geo_polygon_simplify(${ring([0, 0], [1, 0], [1, 1], [0.99999, 1], [0, 1])}, 10).coordinates[0])`,
    5,
  ],
  [`geo_polygon_simplify(${SQUARE}, 1000000)`, null],
  [`array_length(geo_line_densify(${line([50, 50], [51, 51])}).coordinates)`, 9],
  [
    `geo_line_densify(${line([0, 10], [0, 20])}).coordinates`,
    [
      [0, 10],
      [0, 20],
    ],
  ],
  [`geo_line_densify(${line([0, 0], [1, 1])}, 0)`, null],
  // Straight on the map means the long way round, unless the antimeridian may be crossed.
  [`geo_line_densify(${line([170, 10], [-170, 10])}, 10000).coordinates[1][0]`, 170 - 340 / 32],
  [`geo_line_densify(${line([170, 10], [-170, 10])}, 10000, true).coordinates[1][0]`, 180],
  ['geo_point_buffer(200, 1, 5)', null],
  ['geo_point_buffer(10, 1, 0)', null],
  ['geo_point_buffer(10, 1, 5, 0.000001)', null],
  [`geo_polygon_buffer(${SQUARE}, 0)`, null],
  // Cells beside an edge that they touch count.
  [`array_length(geo_polygon_to_s2cells(${ring([0, 0], [0, 50], [100, 50])}, 5))`, 286],
  [`geo_polygon_to_s2cells(${SQUARE}, 30)`, null],
  [`geo_line_to_s2cells(${EQUATOR}, 31)`, null],
  ['geo_point_to_h3cell(-74.0445, 40.6892)', '862a1072fffffff'],
  ['geo_point_to_h3cell(300, 1)', ''],
  ['geo_point_to_h3cell(1, 1, int(null))', ''],
  ['geo_h3cell_parent("862a1072fffffff", 1)', '812a3ffffffffff'],
  ['geo_h3cell_parent("862a1072fffffff", 7)', ''],
  ['geo_h3cell_level("862a1072fffffff")', 6],
  ['geo_h3cell_level("abc")', null],
  ['array_length(geo_h3cell_children("862a1072fffffff", 8))', 49],
  ['geo_h3cell_children("862a1072fffffff", 12)', null],
  ['array_length(geo_h3cell_rings("862a1072fffffff", 3)[3])', 18],
  ['geo_h3cell_rings("862a1072fffffff", 143)', null],
  [
    'geo_point_to_h3cell(todouble(geo_h3cell_to_central_point("862a1072fffffff").coordinates[0]), todouble(geo_h3cell_to_central_point("862a1072fffffff").coordinates[1]), 6)',
    '862a1072fffffff',
  ],
  ['array_length(geo_h3cell_to_polygon("862a1072fffffff").coordinates[0])', 7],
  [`geo_polygon_to_h3cells(${SQUARE}, 15)`, null],
];

/** Two stars of four corners, near each other, by a number. */
const SHAPES = `range n from 1 to 24 step 1
  | extend x = (n * 37) % 11 * 0.1, y = (n * 53) % 7 * 0.1, w = 0.5 + (n % 5) * 0.2
  | extend a = bag_pack('type', 'Polygon', 'coordinates', pack_array(pack_array(pack_array(10.0, 50.0), pack_array(10.0 + w, 50.1), pack_array(10.3, 50.2), pack_array(10.1, 50.0 + w), pack_array(10.0, 50.0)))),
      b = bag_pack('type', 'Polygon', 'coordinates', pack_array(pack_array(pack_array(10.0 + x, 50.05 + y), pack_array(10.9 + x, 50.0 + y), pack_array(10.5 + x, 50.9 + y), pack_array(10.0 + x, 50.05 + y))))`;

/** Numbers to ten digits behind the point. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toFixed(10));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rounded(v)]));
}

describe('places', () => {
  it.each(VALUES)('%s', async (expression, value) => {
    const [[found]] = (await bench.rows(`print v = ${expression}`)) as [[unknown]];
    if (typeof value === 'number' && typeof found === 'number')
      expect(found).toBeCloseTo(value, value > 1000 ? 2 : 8);
    else expect(rounded(found)).toEqual(value);
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

  it('what two areas share and what they cover together add up to both', async () => {
    const query = `${SHAPES}
      | extend shared = geo_intersection_2polygons(a, b), whole = geo_union_polygons_array(pack_array(a, b))
      | extend common = coalesce(geo_polygon_area(shared), 0.0)
      | extend off = geo_polygon_area(a) + geo_polygon_area(b) - common - geo_polygon_area(whole)
      | summarize max(abs(off)), countif(common > 0), countif(isnull(whole))`;
    const [[off, meeting, missing]] = (await bench.rows(query)) as [[number, number, number]];
    expect(off).toBeLessThan(1e-2);
    expect(meeting).toBeGreaterThan(5);
    expect(missing).toBe(0);
  });

  it('puts polygons together whose edges nearly coincide', async () => {
    const shapes = [
      [
        [10.0005, 0.00025],
        [10.00025, 0.00075],
        [9.99975, 0.00075],
        [9.99925, 0.00025],
        [9.99975, 0],
        [10.00025, 0],
      ],
      [
        [10.00075, 0.00025],
        [10.0005, 0.0005],
        [10.00025, -0.00025],
      ],
      [
        [10.00125, 0.0005],
        [10.0005, 0.00075],
        [10.0005, 0],
      ],
    ] as const;
    const list = `pack_array(${shapes.map((s) => ring(...s)).join(', ')})`;
    const [[whole, sum]] = (await bench.rows(
      `print geo_polygon_area(geo_union_polygons_array(${list})), ${shapes.map((s) => `geo_polygon_area(${ring(...s)})`).join(' + ')}`,
    )) as [[number, number]];
    expect(whole).toBeGreaterThan(0.8 * sum);
    expect(whole).toBeLessThan(sum);
  });

  it('a buffer holds what is nearer than its radius, and nothing that is farther', async () => {
    const query = `let shape = ${ring([10, 50], [10.4, 50.1], [10.2, 50.5])}; let way = ${line([10, 50], [10.3, 50.3], [10.8, 50])};
      let around = geo_polygon_buffer(shape, 9000, 20); let along = geo_line_buffer(way, 9000, 20); let spot = geo_point_buffer(10.2, 50.2, 9000, 20);
      range n from 0 to 899 step 1 | extend x = 9.7 + (n % 30) * 0.05, y = 49.7 + (n / 30) * 0.04
      | extend p = geo_distance_point_to_polygon(x, y, shape), l = geo_distance_point_to_line(x, y, way), s = geo_distance_2points(x, y, 10.2, 50.2)
      | summarize countif(p < 8979 and not(geo_point_in_polygon(x, y, around))), countif(p > 9001 and geo_point_in_polygon(x, y, around)),
          countif(l < 8979 and not(geo_point_in_polygon(x, y, along))), countif(l > 9001 and geo_point_in_polygon(x, y, along)),
          countif(s < 8979 and not(geo_point_in_polygon(x, y, spot))), countif(s > 9001 and geo_point_in_polygon(x, y, spot)), countif(p < 9000)`;
    const [[...found]] = (await bench.rows(query)) as [number[]];
    expect(found.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(found[6]).toBeGreaterThan(50);
  });

  it('cells of S2 cover a polygon and its surroundings, and no more', async () => {
    const query = `let shape = ${ring([10, 50], [10.4, 50.1], [10.2, 50.5])};
      let cells = geo_polygon_to_s2cells(shape, 10, 5000);
      range n from 0 to 899 step 1 | extend x = 9.7 + (n % 30) * 0.05, y = 49.7 + (n / 30) * 0.04
      | extend is_covered = set_has_element(cells, geo_point_to_s2cell(x, y, 10)), metres = geo_distance_point_to_polygon(x, y, shape)
      | summarize countif(metres <= 5000 and not(is_covered)), countif(metres > 25000 and is_covered), countif(is_covered)`;
    const [[missing, foreign, covered]] = (await bench.rows(query)) as [[number, number, number]];
    expect([missing, foreign]).toEqual([0, 0]);
    expect(covered).toBeGreaterThan(50);
  });

  const TOWNS = `let areas = datatable(name:string, area:dynamic)['west', ${ring([0, 0], [1, 0], [1, 1], [0, 1])}, 'both', ${ring([0.5, 0], [2, 0], [2, 1], [0.5, 1])}];
    let roads = datatable(road:string, way:dynamic)['equator', ${EQUATOR}];
    let spots = datatable(spot:string, x:real, y:real)['a', 0.2, 0.5, 'b', 0.7, 0.5, 'c', 1.5, 0.5, 'd', 3, 0.5, 'e', real(null), 0.5];
`;

  it.each([
    ['geo_polygon_lookup(areas, area, x, y)', ['a west', 'b both', 'b west', 'c both']],
    [
      'geo_polygon_lookup(areas, area, x, y, return_unmatched = true)',
      ['a west', 'b both', 'b west', 'c both', 'd ', 'e '],
    ],
    ['geo_polygon_lookup(areas, area, x, y, 30000)', ['a west', 'b both', 'b west', 'c both']],
    [
      'geo_polygon_lookup(areas, area, x, y, radius = 120000)',
      ['a both', 'a west', 'b both', 'b west', 'c both', 'c west', 'd both'],
    ],
  ])('%s', async (plugin, found) => {
    const query = `${TOWNS} spots | evaluate ${plugin} | project t = strcat(spot, ' ', name) | sort by t asc`;
    expect(await bench.rows(query)).toEqual(found.map((t) => [t]));
  });

  it('lines are looked up within a radius, and their key comes along when asked for', async () => {
    const query = (more: string) =>
      `${TOWNS} spots | evaluate geo_line_lookup(roads, way, x, y, ${more}) | sort by spot asc | project-away x, y`;
    expect(await bench.rows(query('56000'))).toEqual(
      ['a', 'b', 'c', 'd'].map((spot) => [spot, 'equator']),
    );
    expect(await bench.rows(query('55000'))).toEqual([]);
    const [first] = await bench.rows(`${query('56000, return_lookup_key = true')} | take 1`);
    expect(first?.slice(0, 2)).toEqual(['a', 'equator']);
    expect(first?.[2]).toEqual(
      geo('LineString', [
        [0, 0],
        [10, 0],
      ]),
    );
  });

  it('refuses the spheroid where only the sphere is computed', () => {
    const { code, message } = bench.refusal(
      `print geo_line_locate_point(${EQUATOR}, 1.0, 1.0, true)`,
    );
    expect(code).toBe('unsupported');
    expect(message).toContain('use_spheroid');
  });
});
