import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr } from '../bound/expr.ts';
import type { HostValue, Natives } from '../dialect/dialect.ts';
import { isHostRow } from '../functions/host.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { parseJsonText } from '../functions/internal.ts';
import type { PlanExpr } from '../plan/plan.ts';
import { refuse } from '../refusal.ts';
import { asText } from '../runtime/value.ts';
import { conversion, isNumeric, whole } from './conversions.ts';
import { arithmetic, binned, compared, equal, extreme, negated } from './numbers.ts';
import { OPERATIONS } from './operations.ts';

/** Expressions as functions of JavaScript, over the values of one row and a state. */

/** Values by place. */
export type Values = readonly HostValue[];
export type Formula = (values: Values) => HostValue;

/** Where columns are found, and what functions are handed. */
export interface Places {
  readonly of: (column: string) => number;
  /** Null where formulas are made to see whether they can be. */
  readonly natives: Natives | null;
}

interface Part {
  readonly type: KqlType;
  readonly run: Formula;
}

type CallExpr = Extract<PlanExpr, { kind: 'call' }>;

function constant({ value, type }: LiteralExpr): HostValue {
  if (value === null) return type === 'string' ? '' : null;
  switch (type) {
    case 'long':
    case 'datetime':
    case 'timespan':
      return whole(BigInt(String(value)));
    case 'int':
      return Number(value);
    case 'real':
    case 'decimal':
      return value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value);
    default:
      return value;
  }
}

/** A part as another type. */
function as({ type, run }: Part, wanted: KqlType): Formula {
  if (type === wanted) return run;
  const convert = conversion(type, wanted);
  return (v) => convert(run(v));
}

/** The type in which two values meet: that of the other side for dynamic values and texts, the wider of numbers. */
function meeting(a: KqlType, b: KqlType): KqlType {
  if (a === b) return a;
  if (a === 'dynamic') return isNumeric(b) ? 'real' : b;
  if (b === 'dynamic') return isNumeric(a) ? 'real' : a;
  if (a === 'string') return b;
  if (b === 'string') return a;
  if (isNumeric(a) && isNumeric(b))
    return [a, b].some((t) => t === 'real' || t === 'decimal') ? 'real' : 'long';
  if (a === 'bool' && isNumeric(b)) return b;
  return b === 'bool' && isNumeric(a) ? a : 'dynamic';
}

type Build = (parts: readonly Part[], expr: CallExpr) => Formula;

const test =
  (compare: (a: HostValue, b: HostValue) => HostValue): Build =>
  ([a, b]) => {
    const type = meeting(a!.type, b!.type);
    const [x, y] = [as(a!, type), as(b!, type)];
    return (v) => compare(x(v), y(v));
  };

const truth = (part: Part): ((v: Values) => boolean | null) => {
  const run = as(part, 'bool');
  return (v) => {
    const value = run(v);
    return value === null ? null : value === true;
  };
};

/** True, false or null, as SQL's: what settles it settles it whatever the others are. */
const junction =
  (settles: boolean): Build =>
  (parts) => {
    const all = parts.map(truth);
    return (v) => {
      let isUnknown = false;
      for (const one of all) {
        const value = one(v);
        if (value === settles) return settles;
        isUnknown ||= value === null;
      }
      return isUnknown ? null : !settles;
    };
  };

const not: Build = ([a]) => {
  const run = truth(a!);
  return (v) => {
    const value = run(v);
    return value === null ? null : !value;
  };
};

const choice: Build = (parts, { type }) => {
  const branches = parts.map((p, i) =>
    i % 2 === 0 && i + 1 < parts.length ? truth(p) : as(p, type),
  );
  return (v) => {
    for (let i = 0; i + 1 < branches.length; i += 2)
      if (branches[i]!(v) === true) return branches[i + 1]!(v);
    return branches.at(-1)!(v);
  };
};

const first: Build = (parts, { type }) => {
  const all = parts.map((p) => as(p, type));
  const none = type === 'string' ? '' : null;
  return (v) => {
    for (const run of all) {
      const value = run(v);
      if (value !== none && value !== null) return value;
    }
    return none;
  };
};

const isNull: Build = ([a]) => (a!.type === 'string' ? () => false : (v) => a!.run(v) === null);

const isEmpty: Build = ([a]) => {
  const asString = as(a!, 'string');
  return (v) => asString(v) === '';
};

const opposite =
  (build: Build): Build =>
  (parts, expr) =>
    not([{ type: 'bool', run: build(parts, expr) }], expr);

const inList =
  (isFolded: boolean): Build =>
  (parts, expr) => {
    const [value, ...list] = parts;
    if (list.some((p) => p.type === 'dynamic'))
      refuse(`${expr.name} over a list inside scan`, expr.at, 'is not supported: name the values');
    const fold = (p: Part): Part => {
      if (!isFolded) return p;
      const run = as(p, 'string');
      return { type: 'string', run: (v) => asText(run(v)).toLowerCase() };
    };
    const equals = list.map((p) => test(equal)([fold(value!), fold(p)], expr));
    return (v) => {
      const found = equals.some((e) => e(v) === true);
      return !found && value!.run(v) === null ? null : found;
    };
  };

const between: Build = (parts, expr) => {
  const [a, low, high] = parts;
  const isSpan = high!.type === 'timespan' && a!.type === 'datetime';
  const plus: CallExpr = { ...expr, name: '+', type: 'datetime' };
  const end: Part = isSpan ? { type: 'datetime', run: add('+')([low!, high!], plus) } : high!;
  return junction(false)(
    [
      { type: 'bool', run: test(compared('>='))([a!, low!], expr) },
      { type: 'bool', run: test(compared('<='))([a!, end], expr) },
    ],
    expr,
  );
};

/** Arithmetic of the type that the call gives; what makes a span of two instants, or moves one, counts their ticks. */
function add(operator: '+' | '-' | '*' | '/' | '%'): Build {
  return ([a, b], { type, at }) => {
    const isTime = (t: KqlType) => t === 'datetime' || t === 'timespan';
    const own = (p: Part, otherwise: KqlType) => (isTime(p.type) ? p.run : as(p, otherwise));
    if (type === 'datetime' || type === 'timespan') {
      const isScaled = operator === '*' || operator === '/' || operator === '%';
      const [x, y] = [own(a!, isScaled ? 'real' : type), own(b!, isScaled ? 'real' : 'timespan')];
      if (operator === '*' || operator === '/') {
        const scale = arithmetic(operator, 'real');
        const cut = operator === '*' ? Math.round : Math.trunc;
        return (v) => {
          const ticks = scale(x(v), y(v));
          return ticks === null || !Number.isFinite(ticks)
            ? null
            : whole(BigInt(cut(Number(ticks))));
        };
      }
      const whole64 = arithmetic(operator, 'long');
      return (v) => whole64(x(v), y(v));
    }
    if (isTime(a!.type) && isTime(b!.type)) {
      const ratio = arithmetic(operator, 'real');
      return (v) => ratio(a!.run(v), b!.run(v));
    }
    if (!isNumeric(type)) return refuse(`${operator} of these inside scan`, at);
    const kind = type === 'int' || type === 'long' ? 'long' : 'real';
    const [x, y] = [as(a!, kind), as(b!, kind)];
    const compute = arithmetic(operator, kind);
    return (v) => compute(x(v), y(v));
  };
}

const most =
  (sign: 1 | -1): Build =>
  (parts, { type }) => {
    const all = parts.map((p) => as(p, type));
    return (v) =>
      extreme(
        sign,
        all.map((run) => run(v)),
      );
  };

const bin: Build = ([value, size], { type, at }) => {
  const unit = type === 'datetime' ? 'timespan' : type === 'int' ? 'long' : type;
  if (unit === 'dynamic' || unit === 'string') return refuse('bin() of these inside scan', at);
  const x = as(value!, type === 'int' ? 'long' : type);
  const width: Formula = size ? as(size, unit) : () => 1;
  return (v) => binned(x(v), width(v), unit === 'real' || unit === 'decimal');
};

const MEMBER = FUNCTIONS.get('member');

const member: Build = ([object, key]) => {
  const read = MEMBER && isHostRow(MEMBER) ? MEMBER.spec.call : undefined;
  if (!read) throw new Error('member is not there');
  const [o, k] = [as(object!, 'dynamic'), as(key!, 'string')];
  return (v) => read(o(v), k(v));
};

const to =
  (type: KqlType): Build =>
  ([a]) =>
    as(a!, type);

const BUILDS: Readonly<Record<string, Build>> = {
  '==': test(equal),
  $eq: test(equal),
  '!=': (parts, expr) => {
    const same = test(equal)(parts, expr);
    return (v) => {
      const value = same(v);
      return value === null ? null : value !== true;
    };
  },
  '<': test(compared('<')),
  '<=': test(compared('<=')),
  '>': test(compared('>')),
  '>=': test(compared('>=')),
  and: junction(false),
  or: junction(true),
  not,
  '+': add('+'),
  '-': add('-'),
  '*': add('*'),
  '/': add('/'),
  '%': add('%'),
  negate: ([a], { type }) => {
    const run = as(a!, type);
    return (v) => negated(run(v), type === 'real' || type === 'decimal');
  },
  abs: ([a], { type }) => {
    const run = as(a!, type);
    return (v) => {
      const value = run(v);
      return value !== null && Number(value) < 0 ? negated(value, false) : value;
    };
  },
  floor: ([a], { type }) => {
    const run = as(a!, type);
    return (v) => {
      const value = run(v);
      return typeof value === 'number' ? Math.floor(value) : value;
    };
  },
  ceiling: ([a], { type }) => {
    const run = as(a!, type);
    return (v) => {
      const value = run(v);
      return typeof value === 'number' ? Math.ceil(value) : value;
    };
  },
  iff: choice,
  case: choice,
  coalesce: first,
  isnull: isNull,
  isnotnull: opposite(isNull),
  isempty: isEmpty,
  isnotempty: opposite(isEmpty),
  in: inList(false),
  '!in': opposite(inList(false)),
  'in~': inList(true),
  '!in~': opposite(inList(true)),
  between,
  '!between': opposite(between),
  max_of: most(1),
  min_of: most(-1),
  bin,
  '[]': member,
  tostring: to('string'),
  $text: to('string'),
  tolong: to('long'),
  toint: to('int'),
  toreal: to('real'),
  todecimal: to('decimal'),
  tobool: to('bool'),
  todatetime: to('datetime'),
  totimespan: to('timespan'),
  toguid: to('guid'),
  todynamic_value: to('dynamic'),
  parse_json: ([a]) => {
    const run = as(a!, 'dynamic');
    return a!.type === 'string' ? (v) => parseJsonText(asText(a!.run(v))) : run;
  },
};

/** A function of the language's table: one of ours as it is, one of the engines' by its equal here. */
function called(expr: CallExpr, parts: readonly Part[], { natives }: Places): Part {
  const operation = OPERATIONS.get(expr.name);
  if (operation) {
    const { takes, gives, call } = operation;
    const args = parts.map((p, i) => as(p, takes[Math.min(i, takes.length - 1)] ?? p.type));
    return { type: gives, run: (v) => call(...args.map((run) => run(v))) };
  }
  const row = FUNCTIONS.get(expr.name);
  if (!row || !isHostRow(row))
    return refuse(
      `${expr.name}() of a step's columns inside scan`,
      expr.at,
      'is not supported: compute it before scan, or of what comes out',
    );
  const { takes, rest, gives } = row.spec;
  const call = natives ? row.host(natives).call : () => null;
  const fixed = takes.map((type, i): Formula => (parts[i] ? as(parts[i], type) : () => null));
  const more = rest ? parts.slice(takes.length).map((p) => as(p, rest)) : [];
  const args = [...fixed, ...more];
  return { type: gives, run: (v) => call(...args.map((run) => run(v))) };
}

function part(expr: PlanExpr, places: Places): Part {
  switch (expr.kind) {
    case 'literal': {
      const value = constant(expr);
      return { type: expr.type, run: () => value };
    }
    case 'column': {
      const at = places.of(expr.name);
      return { type: expr.type, run: (v) => v[at] ?? null };
    }
    case 'call': {
      const parts = expr.args.map((a) => part(a, places));
      const build = BUILDS[expr.name];
      const made = build
        ? { type: expr.type, run: build(parts, expr) }
        : called(expr, parts, places);
      return made.type === expr.type ? made : { type: expr.type, run: as(made, expr.type) };
    }
    default:
      return refuse('a query inside scan', { start: 0, length: 0 }, 'cannot name a step');
  }
}

/** Compiles an expression; what JavaScript has no equal for is refused, with its position. */
export function formula(expr: PlanExpr, type: KqlType, places: Places): Formula {
  return as(part(expr, places), type);
}
