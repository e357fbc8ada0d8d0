import { unit, type Vector } from './sphere.ts';

/**
 * S2 cells: the six faces of a cube around the Earth, each cut into quarters 30 times, numbered along a Hilbert curve.
 * Source: Google's S2 geometry library, s2cell_id and s2coords (quadratic projection).
 */
const MAX_LEVEL = 30;
const SIZE = 2 ** MAX_LEVEL;

const IJ_TO_POS = [
  [0, 1, 3, 2],
  [0, 3, 1, 2],
  [2, 3, 1, 0],
  [2, 1, 3, 0],
] as const;
const POS_TO_IJ = [
  [0, 1, 3, 2],
  [0, 2, 3, 1],
  [3, 2, 0, 1],
  [3, 1, 0, 2],
] as const;
const TURN = [1, 0, 0, 3] as const;

interface FaceIj {
  readonly face: number;
  readonly i: number;
  readonly j: number;
}

function faceOf(v: Vector): { face: number; u: number; v: number } {
  const [x, y, z] = [Math.abs(v.x), Math.abs(v.y), Math.abs(v.z)];
  const axis = x > y ? (x > z ? 0 : 2) : y > z ? 1 : 2;
  const along = [v.x, v.y, v.z][axis]!;
  const face = along < 0 ? axis + 3 : axis;
  const [u, w] = [
    [v.y / v.x, v.z / v.x],
    [-v.x / v.y, v.z / v.y],
    [-v.x / v.z, -v.y / v.z],
    [v.z / v.x, v.y / v.x],
    [v.z / v.y, -v.x / v.y],
    [-v.y / v.z, -v.x / v.z],
  ][face]!;
  return { face, u: u!, v: w! };
}

function onSphere(face: number, u: number, v: number): Vector {
  const [x, y, z] = [
    [1, u, v],
    [-u, 1, v],
    [-u, -v, 1],
    [-1, -v, -u],
    [v, -1, -u],
    [v, u, -1],
  ][face]!;
  return { x: x!, y: y!, z: z! };
}

const toS = (u: number) => (u >= 0 ? 0.5 * Math.sqrt(1 + 3 * u) : 1 - 0.5 * Math.sqrt(1 - 3 * u));
const toU = (s: number) => (s >= 0.5 ? (4 * s * s - 1) / 3 : (1 - 4 * (1 - s) * (1 - s)) / 3);
const clamp = (i: number) => Math.max(0, Math.min(SIZE - 1, i));

function idOf({ face, i, j }: FaceIj, level: number): bigint {
  let orientation = face & 1;
  let pos = 0n;
  for (let k = MAX_LEVEL - 1; k >= 0; k--) {
    const ij = (Math.floor(i / 2 ** k) % 2) * 2 + (Math.floor(j / 2 ** k) % 2);
    const step = IJ_TO_POS[orientation]![ij]!;
    pos = (pos << 2n) | BigInt(step);
    orientation ^= TURN[step]!;
  }
  const leaf = (BigInt(face) << 61n) | (pos << 1n) | 1n;
  const last = 1n << BigInt(2 * (MAX_LEVEL - level));
  return (leaf & ~(last * 2n - 1n)) | last;
}

const token = (id: bigint) => id.toString(16).padStart(16, '0').replace(/0+$/, '');

/** The token of the cell of a level that a point is in. */
export function cellAt(point: Vector, level: number): string {
  const { face, u, v } = faceOf(point);
  const [i, j] = [u, v].map((x) => clamp(Math.floor(toS(x) * SIZE)));
  return token(idOf({ face, i: i!, j: j! }, level));
}

export interface S2Cell extends FaceIj {
  readonly level: number;
}

/** The cell of level 0 that is a whole face. */
export const cellIn = (face: number): S2Cell => ({ face, i: 0, j: 0, level: 0 });

export function quartersOf({ face, i, j, level }: S2Cell): S2Cell[] {
  const width = 2 ** (MAX_LEVEL - level - 1);
  return [0, 1].flatMap((di) =>
    [0, 1].map((dj) => ({ face, i: i + di * width, j: j + dj * width, level: level + 1 })),
  );
}

export const tokenOf = (cell: S2Cell): string => token(idOf(cell, cell.level));

/** The cell that a token names; null when it is none. `i` and `j` are of its corner, counted in cells of level 30. */
export function cellOfToken(source: string): S2Cell | null {
  if (!/^[0-9a-f]{1,16}$/i.test(source)) return null;
  const id = BigInt(`0x${source.padEnd(16, '0')}`);
  const face = Number(id >> 61n);
  if (id === 0n || face > 5) return null;
  let zeros = 0;
  while (((id >> BigInt(zeros)) & 1n) === 0n) zeros++;
  if (zeros % 2 !== 0) return null;
  const level = MAX_LEVEL - zeros / 2;
  let orientation = face & 1;
  let [i, j] = [0, 0];
  for (let k = 0; k < level; k++) {
    const pos = Number((id >> BigInt(59 - 2 * k)) & 3n);
    const ij = POS_TO_IJ[orientation]![pos]!;
    i = i * 2 + (ij >> 1);
    j = j * 2 + (ij & 1);
    orientation ^= TURN[pos]!;
  }
  const width = 2 ** (MAX_LEVEL - level);
  return { face, i: i * width, j: j * width, level };
}

function at(cell: S2Cell, di: number, dj: number): Vector {
  const width = 2 ** (MAX_LEVEL - cell.level);
  const [s, t] = [(cell.i + di * width) / SIZE, (cell.j + dj * width) / SIZE];
  return unit(onSphere(cell.face, toU(s), toU(t)));
}

export function centreOf(cell: S2Cell): Vector {
  return at(cell, 0.5, 0.5);
}

/** The four corners, counterclockwise. */
export function cornersOf(cell: S2Cell): Vector[] {
  return [at(cell, 0, 0), at(cell, 1, 0), at(cell, 1, 1), at(cell, 0, 1)];
}

/** In the order of Microsoft's page. */
const AROUND: readonly (readonly [number, number])[] = [
  [1, 1],
  [-1, -1],
  [1, -1],
  [0, -1],
  [0, 1],
  [1, 0],
  [-1, 0],
  [-1, 1],
];

/** The cells around one that share an edge or a corner with it. */
export function neighboursOf(cell: S2Cell): string[] {
  const own = cellAt(centreOf(cell), cell.level);
  const out = new Set<string>();
  for (const [di, dj] of AROUND) out.add(beside(cell, di, dj));
  out.delete(own);
  return [...out];
}

/** The cell so many places away; past the edge of a face, the one that lies there on the sphere. */
function beside(cell: S2Cell, di: number, dj: number): string {
  return cellAt(at(cell, 0.5 + di, 0.5 + dj), cell.level);
}
