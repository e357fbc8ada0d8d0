import type { Expr } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import {
  call,
  column,
  type Flow,
  flowOf,
  freeName,
  fresh,
  keep,
  numberRows,
  select,
  type Translation,
  text,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { JoinColumn, PlanExpr, SelectItem } from '../plan.ts';
import {
  type Evaluate,
  filtered,
  from,
  item,
  joined,
  type Plugin,
  scalars,
  withColumns,
} from './relate.ts';

/**
 * Rows with those of a table whose lines or polygons they are at:
 * `geo_polygon_lookup(Table, Polygon, Longitude, Latitude, [radius], [return_unmatched], [lookup_area_radius],
 * [return_lookup_key])`, and the same for lines, where the radius has to be given. Candidates are found by the boxes
 * around the shapes; `lookup_area_radius` is advice on how to find them, and not needed.
 */

interface Kind {
  /** The distance of a point to the shape, in metres. */
  readonly distance: string;
  /** What tells whether a point is in the shape; none where a radius is needed. */
  readonly inside?: string;
}

const isNull = (e: Expr | undefined) =>
  e === undefined || (e.kind === 'literal' && e.value === null);

/** A flag that says what columns or rows come out, so that it has to be known before the query runs. */
function flag(e: Expr | undefined, name: string, o: Evaluate): boolean {
  if (e === undefined || isNull(e)) return false;
  if (e.kind === 'literal' && typeof e.value === 'boolean') return e.value;
  return refuse(
    `${o.plugin}() with a computed ${name}`,
    o.at,
    'is not supported: say true or false',
  );
}

const compare = (op: '>=' | '<=', left: PlanExpr, right: PlanExpr) => ({ op, left, right });

function lookup(kind: Kind, flow: Flow, o: Evaluate, t: Translation): Flow {
  const table = o.args[0];
  const [key, longitude, latitude, radius, unmatched, , returnKey] = scalars(o, 1);
  if (table?.kind !== 'table' || !key || !longitude || !latitude)
    return refuse(`${o.plugin}() with so few arguments`, o.at);
  if (isNull(radius) && !kind.inside) return refuse(`${o.plugin}() without a radius`, o.at);
  const keepsAll = flag(unmatched, 'return_unmatched', o);
  const keepsKey = flag(returnKey, 'return_lookup_key', o);
  const others = t.translators.pipe(table.pipe, t, false);

  const [x, y] = [fresh(t, 'longitude'), fresh(t, 'latitude')];
  const real = (e: Expr) => call('toreal', 'real', lower(e, { flow, t }));
  const numbered = numberRows(flow, t);
  const row = numbered.order[0]!.column;
  const placed = withColumns(numbered, [item(x, real(longitude)), item(y, real(latitude))]);
  const left: Flow = { ...placed, rel: keptOnce(placed, t) };

  const shape = lower(key, { flow: others, t });
  const metres = isNull(radius) ? null : lower(radius!, { flow, t });
  const sides = ['west', 'east', 'south', 'north'] as const;
  const [west, east, south, north] = sides.map((side) => fresh(t, side));
  const kept = fresh(t, 'shape');
  const boxed = withColumns(others, [
    item(kept, shape),
    ...[west!, east!, south!, north!].map((name, i) =>
      item(name, call('$geo_side', 'real', shape, text(sides[i]!), ...(metres ? [metres] : []))),
    ),
  ]);

  const taken = new Set(flow.visible.map((c) => c.name));
  const found: JoinColumn[] = others.visible
    .filter((c) => keepsKey || key.kind !== 'column' || c.name !== key.name)
    .map((c) => {
      const name = freeName(c.name, taken);
      taken.add(name);
      return from('right', c, name);
    });
  const [at, up] = [column(x, 'real'), column(y, 'real')];
  const near = joined(
    'inner',
    left,
    boxed,
    [
      compare('>=', at, column(west!, 'real')),
      compare('<=', at, column(east!, 'real')),
      compare('>=', up, column(south!, 'real')),
      compare('<=', up, column(north!, 'real')),
    ],
    [
      ...left.rel.columns.map((c) => from('left', c)),
      ...found,
      from('right', { name: kept, type: 'dynamic' }),
    ],
  );
  const there = column(kept, 'dynamic');
  const test = metres
    ? call('<=', 'bool', call(kind.distance, 'real', at, up, there), metres)
    : call(kind.inside ?? kind.distance, 'bool', at, up, there);
  const matched = filtered(near, test);
  const columns = found.map(({ name, type }) => ({ name, type }));
  if (!keepsAll) return visibly(matched, flow, columns.map(keep));

  const number = { name: row, type: 'long' as const };
  const all = joined(
    'left',
    left,
    matched,
    [{ left: column(row, 'long'), right: column(row, 'long') }],
    [
      from('left', number),
      ...flow.visible.map((c) => from('left', c)),
      ...columns.map((c) => from('right', c)),
    ],
  );
  return visibly(
    all,
    flow,
    columns.map(
      (c): SelectItem =>
        c.type === 'string'
          ? item(c.name, call('$text', 'string', column(c.name, c.type)))
          : keep(c),
    ),
  );
}

/** The rows as a relation that is computed once, so that their numbers stay. */
function keptOnce(flow: Flow, t: Translation): Flow['rel'] {
  const id = `lookup#${++t.counter}`;
  t.shared.push({ id, rel: flow.rel, isKept: true });
  return { op: 'shared', id, columns: flow.rel.columns };
}

function visibly(of: Flow, flow: Flow, items: readonly SelectItem[]): Flow {
  return select(flowOf(of.rel), [...flow.visible.map(keep), ...items]);
}

const POLYGONS: Kind = {
  distance: 'geo_distance_point_to_polygon',
  inside: 'geo_point_in_polygon',
};
const LINES: Kind = { distance: 'geo_distance_point_to_line' };

export const placePlugins: Readonly<Record<string, Plugin>> = {
  geo_polygon_lookup: (flow, o, t) => lookup(POLYGONS, flow, o, t),
  geo_line_lookup: (flow, o, t) => lookup(LINES, flow, o, t),
};
