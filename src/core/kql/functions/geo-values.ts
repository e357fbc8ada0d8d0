import type { KqlType } from '../../schema/index.ts';
import type { HostCall, HostValue, Natives } from '../dialect/dialect.ts';
import { allOf, linesIn, type Polygon, polygonsIn } from '../geo/geojson.ts';
import { type Path, pointAt, type Vector } from '../geo/sphere.ts';
import { asNumber, parseJson } from '../runtime/value.ts';
import type { HostSpec } from './host.ts';

/** How functions of places take and give values. */

export const POINT = ['real', 'real'] as const;

export const point = (
  longitude: HostValue | undefined,
  latitude: HostValue | undefined,
): Vector | null => {
  const [a, b] = [asNumber(longitude), asNumber(latitude)];
  return a === null || b === null ? null : pointAt(a, b);
};

type Given = HostValue | undefined;

export const lines = (v: Given): Path[] | null => linesIn(parseJson(v ?? null));
export const polygons = (v: Given): Polygon[] | null => polygonsIn(parseJson(v ?? null));
export const linesOfAll = (v: Given): Path[] | null => allOf(parseJson(v ?? null), linesIn);
export const polygonsOfAll = (v: Given): Polygon[] | null =>
  allOf(parseJson(v ?? null), polygonsIn);

/** A number that is not given is the default; one that is null or outside gives nothing. */
export function within(
  given: HostValue | undefined,
  fallback: number,
  from: number,
  to: number,
): number | null {
  const value = given === undefined ? fallback : asNumber(given);
  return value !== null && value >= from && value <= to ? value : null;
}

export function spec(
  name: string,
  takes: readonly KqlType[],
  gives: KqlType,
  call: HostCall,
  rest?: KqlType,
): HostSpec {
  return { name: `geo_${name}`, takes, gives, call, ...(rest ? { rest } : {}) };
}

/** One that needs what is handed in. */
export function bound(
  name: string,
  takes: readonly KqlType[],
  gives: KqlType,
  bind: (natives: Natives) => HostCall,
  rest?: KqlType,
): HostSpec {
  return { name: `geo_${name}`, takes, gives, bind, ...(rest ? { rest } : {}) };
}
