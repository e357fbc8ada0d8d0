/** Geohashes: cells of a grid of longitude and latitude, named by base 32 digits. */

const DIGITS = '0123456789bcdefghjkmnpqrstuvwxyz';

export interface Cell {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

export const MAX_GEOHASH = 18;

export function geohashOf(longitude: number, latitude: number, length: number): string {
  let [west, east, south, north] = [-180, 180, -90, 90];
  let [out, digit] = ['', 0];
  for (let bit = 0; bit < length * 5; bit++) {
    const isLongitude = bit % 2 === 0;
    const middle = isLongitude ? (west + east) / 2 : (south + north) / 2;
    const isUpper = (isLongitude ? longitude : latitude) >= middle;
    if (isLongitude) [west, east] = isUpper ? [middle, east] : [west, middle];
    else [south, north] = isUpper ? [middle, north] : [south, middle];
    digit = digit * 2 + (isUpper ? 1 : 0);
    if (bit % 5 === 4) {
      out += DIGITS[digit];
      digit = 0;
    }
  }
  return out;
}

/** The cell that a geohash names; null when it is none. */
export function cellOf(hash: string): Cell | null {
  if (hash.length === 0 || hash.length > MAX_GEOHASH) return null;
  let [west, east, south, north] = [-180, 180, -90, 90];
  let bit = 0;
  for (const c of hash.toLowerCase()) {
    const digit = DIGITS.indexOf(c);
    if (digit < 0) return null;
    for (let mask = 16; mask > 0; mask >>= 1, bit++) {
      const isUpper = (digit & mask) !== 0;
      if (bit % 2 === 0) {
        const middle = (west + east) / 2;
        [west, east] = isUpper ? [middle, east] : [west, middle];
      } else {
        const middle = (south + north) / 2;
        [south, north] = isUpper ? [middle, north] : [south, middle];
      }
    }
  }
  return { west, east, south, north };
}

/** The up to eight cells around one, none beyond the poles. */
export function neighboursOf(hash: string): string[] | null {
  const cell = cellOf(hash);
  if (!cell) return null;
  const [width, height] = [cell.east - cell.west, cell.north - cell.south];
  const [x, y] = [(cell.west + cell.east) / 2, (cell.south + cell.north) / 2];
  const out = new Set<string>();
  for (const [dx, dy] of AROUND) {
    const latitude = y + dy * height;
    if (Math.abs(latitude) > 90) continue;
    const longitude = x + dx * width;
    const turned =
      longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
    out.add(geohashOf(turned, latitude, hash.length));
  }
  out.delete(hash);
  return [...out];
}

/** In the order of Microsoft's page. */
const AROUND: readonly (readonly [number, number])[] = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [0, 1],
  [-1, 0],
  [1, 1],
  [1, 0],
  [0, -1],
];
