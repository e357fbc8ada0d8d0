import type { Expr } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import { parseTimespan } from '../../runtime/datetime.ts';
import { parseJson, textOf } from '../../runtime/value.ts';
import { call, column, type Flow, long, text } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel } from '../plan.ts';
import {
  aggregate,
  argument,
  ascending,
  bool,
  columnsOf,
  constant,
  type Evaluate,
  filtered,
  from,
  grouped,
  item,
  joined,
  type Plugin,
  placeOf,
  resultOf,
  same,
  scalars,
  shared,
  valueAt,
  withColumns,
} from './relate.ts';

/** Plug-ins that look for rows which follow each other. Source: Microsoft's reference pages of the same names. */

/** The least step from one instant to a later one: the engine's microsecond. */
const LEAST: PlanExpr = {
  kind: 'literal',
  type: 'timespan',
  value: '10',
  at: { start: 0, length: 0 },
};

function items(flow: Flow, names: readonly string[]) {
  return columnsOf(flow, names).map((c) => item(c.name, column(c.name, c.type)));
}

/**
 * `sequence_detect(Timeline, MaxStepWindow, MaxSpan, predicates…, dims…)`: every chain of rows that meet the predicates
 * one after the other, each within the step of the one before, all within the span.
 */
const sequenceDetect: Plugin = (flow, o, t) => {
  const at = lower(argument(o, 0), { flow, t });
  const [step, span] = [constant(argument(o, 1), t), constant(argument(o, 2), t)];
  const rest = scalars(o, 3);
  const isTest = (e: Expr) => e.kind !== 'star' && e.type === 'bool' && e.kind === 'call';
  const tests = rest.filter(isTest);
  const dims = rest
    .filter((e) => !isTest(e))
    .map((e, i) => item(`$dim${i}`, lower(e, { flow, t })));
  if (tests.length === 0) return refuse('sequence_detect() without conditions', o.at);
  const names = dims.map((d) => d.name);
  const rows = shared(withColumns({ ...flow, order: [] }, [item('$at', at), ...dims]), 'rows', t);
  const time = (i: number) => column(`$at${i}`, at.type);
  const matching = (i: number): Flow => {
    const met = filtered(rows, lower(tests[i]!, { flow: rows, t }));
    return grouped(met, [...items(met, names), item(`$at${i}`, column('$at', at.type))], []);
  };
  let chain = matching(0);
  for (let i = 1; i < tests.length; i++) {
    const next = matching(i);
    chain = joined(
      'inner',
      chain,
      next,
      [
        ...same(columnsOf(chain, names)),
        { left: call('+', at.type, time(i - 1), LEAST), right: time(i), op: '<=' },
        { left: call('+', at.type, time(i - 1), step), right: time(i), op: '>=' },
        { left: call('+', at.type, time(0), span), right: time(i), op: '>=' },
      ],
      [
        ...chain.rel.columns.map((c) => from('left', c)),
        from('right', { name: `$at${i}`, type: at.type }),
      ],
    );
  }
  const values = [
    ...columnsOf(chain, names).map((c) => column(c.name, c.type)),
    ...tests.map((_, i) => time(i)),
    call('-', 'timespan', time(tests.length - 1), time(0)),
  ];
  return resultOf(chain, o, values, ascending(...tests.map((_, i) => `$at${i}`)));
};

function texts(expr: Expr, o: Evaluate): string[] {
  const value = expr.kind === 'literal' ? parseJson(String(expr.value)) : null;
  return Array.isArray(value)
    ? value.map(textOf)
    : refuse(
        `${o.plugin}() with a computed sequence`,
        o.at,
        'is not supported: write the array out',
      );
}

/**
 * `funnel_sequence_completion(Id, Timeline, Start, End, Bin, State, Sequence, Periods)`: for each period, how many ids
 * went from the first state through the next ones within it, by the bin of the first.
 */
const funnelCompletion: Plugin = (flow, o, t) => {
  const [start, end, bin] = [2, 3, 4].map((i) => constant(argument(o, i), t));
  const at = lower(argument(o, 1), { flow, t });
  const state = lower(argument(o, 5), { flow, t });
  const sequence = texts(argument(o, 6), o);
  const periods = texts(argument(o, 7), o).map(
    (p) => parseTimespan(p) ?? refuse(`the period '${p}'`, o.at, 'is not a timespan'),
  );
  const inside = filtered({ ...flow, order: [] }, bool('>=', at, start!), bool('<=', at, end!));
  const rows = shared(
    withColumns(inside, [
      item('$id', lower(argument(o, 0), { flow, t })),
      item('$at', at),
      item('$state', state.type === 'string' ? state : call('tostring', 'string', state)),
    ]),
    'rows',
    t,
  );
  const id = columnsOf(rows, ['$id'])[0]!;
  const isState = (name: string) => bool('==', column('$state', 'string'), text(name));
  const time = column('$at', at.type);
  const inState = (name: string, as: string) => {
    const met = filtered(rows, isState(name));
    return grouped(met, [...items(met, ['$id']), item(as, time)], []);
  };
  const starts = shared(inState(sequence[0] ?? '', '$start'), 'starts', t);
  const begun = column('$start', at.type);
  const reached = column('$reached', at.type);
  const parts = periods.flatMap((period, p) => {
    const ticks: PlanExpr = { kind: 'literal', type: 'timespan', value: String(period), at: o.at };
    let chain: Flow = withColumns(starts, [item('$reached', begun)]);
    return sequence.map((name, i): Rel => {
      if (i > 0) {
        const next = joined(
          'inner',
          chain,
          inState(name, '$next'),
          [
            ...same([id]),
            { left: call('+', at.type, reached, LEAST), right: column('$next', at.type), op: '<=' },
            { left: call('+', at.type, begun, ticks), right: column('$next', at.type), op: '>=' },
          ],
          [
            from('left', id),
            from('left', { name: '$start', type: at.type }),
            from('right', { name: '$next', type: at.type }),
          ],
        );
        chain = grouped(next, items(next, ['$id', '$start']), [
          item('$reached', aggregate('min', at.type, column('$next', at.type))),
        ]);
      }
      const placed = withColumns(chain, [item('$place', placeOf(begun, start!, bin!))]);
      const counted = grouped(placed, items(placed, ['$place']), [
        item('$count', aggregate('dcount', 'long', column('$id', id.type))),
      ]);
      return withColumns(counted, [
        item('$name', text(name)),
        item('$period', ticks),
        item('$order', long(p * sequence.length + i)),
      ]).rel;
    });
  });
  const union: Rel = { op: 'union', inputs: parts, columns: parts[0]?.columns ?? [] };
  if (parts.length === 0) return refuse(`${o.plugin}() without states or periods`, o.at);
  const values = [
    valueAt(column('$place', 'long'), start!, bin!),
    column('$name', 'string'),
    column('$period', 'timespan'),
    column('$count', 'long'),
  ];
  return resultOf(
    { ...rows, rel: union, visible: union.columns },
    o,
    values,
    ascending('$place', '$order'),
  );
};

export const sequencePlugins: Readonly<Record<string, Plugin>> = {
  sequence_detect: sequenceDetect,
  funnel_sequence_completion: funnelCompletion,
};
