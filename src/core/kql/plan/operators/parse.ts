import type { KqlType } from '../../../schema/index.ts';
import type { Operator } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  fresh,
  keep,
  long,
  select,
  type Translation,
  tableOf,
  text,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, SelectItem } from '../plan.ts';
import { searchCondition } from '../search.ts';
import { protectOrder, where } from './basic.ts';
import type { OperatorTable } from './operator.ts';

type ParseOperator = Extract<Operator, { op: 'parse' }>;

const escapeRegex = (source: string) => source.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** What a column of a type matches in simple mode. */
function columnPattern(type: KqlType, isLast: boolean): string {
  switch (type) {
    case 'long':
    case 'int':
      return '\\s*([-+]?\\d+)';
    case 'real':
    case 'decimal':
      return '\\s*([-+]?\\d+(?:\\.\\d*)?(?:[eE][-+]?\\d+)?)';
    default:
      return isLast ? '([\\s\\S]*)' : '([\\s\\S]*?)';
  }
}

interface Pattern {
  readonly regex: string;
  readonly columns: readonly { readonly name: string; readonly type: KqlType }[];
}

function patternOf(o: ParseOperator): Pattern {
  const columns = o.parts.flatMap((p) =>
    p.kind === 'column' ? [{ name: p.name, type: p.type }] : [],
  );
  // In regex mode everything is greedy, unless the flag U turns that round.
  const isGreedy = o.mode === 'regex' && !o.flags.includes('U');
  const any = isGreedy ? '[\\s\\S]*' : '[\\s\\S]*?';
  let regex = '^';
  o.parts.forEach((part, i) => {
    const isLast = i === o.parts.length - 1;
    if (part.kind === 'text') regex += o.mode === 'regex' ? part.text : escapeRegex(part.text);
    else if (part.kind === 'star') regex += isLast ? '[\\s\\S]*' : any;
    else if (o.mode === 'relaxed' && !isText(part.type) && o.parts[i + 1]?.kind === 'star')
      regex += '\\s*([-+]?[\\d.]+)?';
    else if (o.mode === 'relaxed' || (o.mode === 'regex' && isText(part.type)))
      regex += isLast ? '([\\s\\S]*)' : `(${any})`;
    else regex += columnPattern(part.type, isLast);
  });
  return { regex: `${regex}$`, columns };
}

function isText(type: KqlType): boolean {
  return type !== 'long' && type !== 'int' && type !== 'real' && type !== 'decimal';
}

const CONVERT: Readonly<Record<KqlType, string>> = {
  string: '',
  long: 'tolong',
  int: 'toint',
  real: 'toreal',
  bool: 'tobool',
  datetime: 'todatetime',
  timespan: 'totimespan',
  guid: 'toguid',
  decimal: 'todecimal',
  dynamic: 'parse_json',
};

function replaceColumns(flow: Flow, made: readonly SelectItem[], t: Translation): Flow {
  const items: SelectItem[] = flow.visible.map(keep);
  for (const m of made) {
    const at = items.findIndex((i) => i.name === m.name);
    if (at >= 0) items[at] = m;
    else items.push(m);
  }
  return select(protectOrder(flow, items, t), items);
}

function translateParse(flow: Flow, o: ParseOperator, t: Translation): Flow {
  const { regex, columns } = patternOf(o);
  const source = lower(o.expr, { flow, t });
  const sourceText: PlanExpr =
    source.type === 'string' ? source : call('tostring', 'string', source);
  if (o.mode === 'simple' && !o.isFilter && columns.every((c) => c.type === 'string')) {
    const group = (i: number) =>
      call('$capture', 'string', sourceText, text(regex), long(i), long(columns.length));
    return replaceColumns(
      flow,
      columns.map((c, i) => ({ ...c, expr: group(i) })),
      t,
    );
  }
  const hidden = fresh(t, 'parsed');
  const flags = o.flags.replace(/[^imsU]/g, '');
  const types = columns.map((c) => c.type).join(',');
  const parsed = addHidden(flow, [
    {
      name: hidden,
      type: 'dynamic',
      expr: call(
        '$parse',
        'dynamic',
        sourceText,
        text(regex),
        text(flags),
        text(o.mode),
        text(types),
      ),
    },
  ]);
  const filtered = o.isFilter
    ? where(parsed, call('isnotnull', 'bool', column(hidden, 'dynamic')))
    : parsed;
  const made = columns.map((c, i): SelectItem => {
    const raw = call(
      'tostring',
      'string',
      call('[]', 'dynamic', column(hidden, 'dynamic'), long(i)),
    );
    const convert = CONVERT[c.type];
    return { name: c.name, type: c.type, expr: convert ? call(convert, c.type, raw) : raw };
  });
  return replaceColumns(filtered, made, t);
}

function translateParseKv(
  flow: Flow,
  o: Extract<Operator, { op: 'parse-kv' }>,
  t: Translation,
): Flow {
  const source = lower(o.expr, { flow, t });
  const sourceText: PlanExpr =
    source.type === 'string' ? source : call('tostring', 'string', source);
  const hidden = fresh(t, 'pairs');
  const expr = call(
    '$parse_kv',
    'dynamic',
    sourceText,
    text(JSON.stringify(o.options)),
    text(JSON.stringify(o.columns.map((c) => c.name))),
  );
  const parsed = addHidden(flow, [{ name: hidden, type: 'dynamic', expr }]);
  const made = o.columns.map((c): SelectItem => {
    const raw = call(
      'tostring',
      'string',
      call('[]', 'dynamic', column(hidden, 'dynamic'), text(c.name)),
    );
    const convert = CONVERT[c.type];
    return { name: c.name, type: c.type, expr: convert ? call(convert, c.type, raw) : raw };
  });
  return replaceColumns(parsed, made, t);
}

export const parseOperators: OperatorTable = {
  parse: (flow, o, t) => translateParse(flow, o, t),
  'parse-kv': (flow, o, t) => translateParseKv(flow, o, t),
  search: (flow, o, t) => {
    if (flow.visible.length === 0) refuse('search over nothing', o.at);
    const found = where(flow, searchCondition(o.condition, flow, t, o.isCased));
    if (flow.visible.some((c) => c.name === '$table')) return found;
    return select(found, [
      { name: '$table', type: 'string', expr: text(tableOf(flow, t) ?? 'search_arg0') },
      ...flow.visible.map(keep),
    ]);
  },
};
