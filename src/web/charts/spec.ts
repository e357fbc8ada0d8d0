import type { Unit } from '#core/schema/index.ts';
import type { Frame } from './render-properties.ts';

/** The meanings that have a colour of their own; everything else takes one of the palette. */
export type SeriesTone = 'allow' | 'deny' | 'bad' | 'other';

export interface Series {
  readonly name: string;
  readonly tone?: SeriesTone;
  /** One value per x; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Drawn as a thin dashed line above the rest: the period before. */
  readonly isReference?: boolean;
}

export type Shape = 'line' | 'area' | 'bar' | 'point';

/** A chart as plain data, whatever draws it. */
export type ChartSpec =
  | {
      readonly kind: 'time';
      /** Milliseconds since 1970, rising. */
      readonly x: readonly number[];
      readonly series: readonly Series[];
      readonly shape: Shape;
      readonly isStacked: boolean;
      readonly unit: Unit;
      readonly frame?: Frame;
    }
  | {
      readonly kind: 'category';
      readonly x: readonly string[];
      readonly series: readonly Series[];
      readonly shape: Shape;
      readonly isStacked: boolean;
      /** Names on the left, bars to the right. */
      readonly isSideways: boolean;
      readonly unit: Unit;
      readonly frame?: Frame;
    }
  | {
      readonly kind: 'numbers';
      readonly points: readonly {
        readonly name: string;
        readonly at: readonly (readonly [number, number])[];
      }[];
      readonly xName: string;
      readonly yName: string;
      readonly unit: Unit;
      /** Joined by lines; the points rise along x then. */
      readonly isLine?: true;
      readonly frame?: Frame;
    }
  | {
      readonly kind: 'pie';
      readonly slices: readonly {
        readonly name: string;
        readonly tone?: SeriesTone;
        readonly value: number;
      }[];
      readonly unit: Unit;
      readonly frame?: Frame;
    };

const TONES: Readonly<Record<string, SeriesTone>> = {
  allowed: 'allow',
  allow: 'allow',
  accept: 'allow',
  denied: 'deny',
  deny: 'deny',
  reject: 'deny',
  malicious: 'bad',
  maliciousflow: 'bad',
};

/** A series called Allowed, Denied or Malicious has its colour on every page. */
export const toneOf = (name: string): SeriesTone | undefined => TONES[name.toLowerCase()];

/** The spec as a table: what every chart offers beside itself. */
export function toTable(spec: ChartSpec): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
} {
  if (spec.kind === 'pie')
    return { head: ['name', 'value'], rows: spec.slices.map((slice) => [slice.name, slice.value]) };
  if (spec.kind === 'numbers')
    return {
      head: ['series', spec.xName, spec.yName],
      rows: spec.points.flatMap((p) => p.at.map(([x, y]) => [p.name, x, y])),
    };
  return {
    head: [spec.kind === 'time' ? 'time' : 'name', ...spec.series.map((s) => s.name)],
    rows: spec.x.map((x, i) => [x, ...spec.series.map((s) => s.values[i] ?? null)]),
  };
}
