import { createRequire } from 'node:module';
import type { GeoNatives } from '#core/kql/index.ts';

/** Distances on the ellipsoid WGS 84, by C. F. F. Karney's geodesics. Loaded when first asked for. */

const load = createRequire(import.meta.url);
let library: typeof import('geographiclib-geodesic') | undefined;

export const spheroidDistance: GeoNatives['spheroidDistance'] = (from, to) => {
  library ??= load('geographiclib-geodesic');
  if (!library) throw new Error('geographiclib-geodesic is not installed; run npm install');
  return library.Geodesic.WGS84.Inverse(from[1], from[0], to[1], to[0]).s12 ?? Number.NaN;
};
