import { type Expr, type Pipe, RefusalError, type Source } from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf, readExpr } from './expressions.ts';
import {
  childOf,
  columnType,
  lookUp,
  MAX_CALL_DEPTH,
  type Reading,
  type Scope,
  spanOf,
} from './scope.ts';

function convert(expr: Expr, type: string): Expr {
  const wanted = columnType(type);
  if (!type || expr.kind === 'star' || expr.type === wanted || type === 'dynamic') return expr;
  if (expr.kind === 'literal' && expr.value === null) return { ...expr, type: wanted };
  const name = {
    int: 'toint',
    long: 'tolong',
    real: 'toreal',
    string: 'tostring',
    datetime: 'todatetime',
    timespan: 'totimespan',
    bool: 'tobool',
    guid: 'toguid',
    decimal: 'todecimal',
    dynamic: '',
  }[wanted];
  return name ? { kind: 'call', name, args: [expr], type: wanted, at: expr.at } : expr;
}

/** Makes a pipe known as a tabular variable, so that it is computed once however often it is named. */
export function addLet(name: string, pipe: Pipe, reading: Reading): Source {
  const last =
    pipe.operators.length === 0 && (pipe.source.kind === 'let' || pipe.source.kind === 'table');
  if (last) return pipe.source;
  const id = `${name}#${reading.lets.length}`;
  reading.lets.push({ id, name, pipe });
  return { kind: 'let', id, at: pipe.at };
}

/** The scope of a called function's body: its parameters bound to the arguments. `input` is what `invoke` passes first. */
function bodyScope(node: SyntaxNode, scope: Scope, reading: Reading, input: Source | null): Scope {
  const name = nameOf(node.kind === 'FunctionCallExpression' ? node.need('Name') : node);
  const declared = lookUp(scope, name);
  const inner = childOf(declared?.kind === 'function' ? declared.scope : null);
  const args = node.get('ArgumentList')?.list('Expressions') ?? [];
  let parameters = node.parameters();
  if (input && parameters[0]) {
    inner.names.set(parameters[0].name, { kind: 'table', source: input });
    parameters = parameters.slice(1);
  }
  parameters.forEach((parameter, i) => {
    const named = args.find(
      (a) => a.kind === 'SimpleNamedExpression' && nameOf(a.need('Name')) === parameter.name,
    );
    const positional = args[i]?.kind === 'SimpleNamedExpression' ? undefined : args[i];
    const arg = named?.need('Expression') ?? positional;
    const from = arg ?? parameter.fallback;
    if (!from) return;
    if (from.type?.kind === 'table') {
      const source = addLet(parameter.name, reading.readers.pipe(from, scope, reading), reading);
      inner.names.set(parameter.name, { kind: 'table', source });
    } else {
      const value = readExpr(from, arg ? scope : childOf(null), reading);
      inner.names.set(parameter.name, { kind: 'expr', expr: convert(value, parameter.type) });
    }
  });
  return inner;
}

function inBody<T>(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
  input: Source | null,
  read: (body: SyntaxNode, scope: Scope) => T,
): T | null {
  const body = node.calledBody();
  if (!body) return null;
  if (reading.depth >= MAX_CALL_DEPTH)
    throw new RefusalError(
      'too-complex',
      `Functions call each other more than ${MAX_CALL_DEPTH} deep.`,
      spanOf(node, reading),
    );
  const inner = bodyScope(node, scope, reading, input);
  const outer = reading.callSite;
  reading.depth++;
  reading.callSite = spanOf(node, reading);
  try {
    reading.readers.statements(body.list('Statements'), inner, reading);
    return read(body.need('Expression'), inner);
  } finally {
    reading.depth--;
    reading.callSite = outer;
  }
}

/** The value of a call of a user function; null when it is a built-in one. */
export function readCalledExpression(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
): Expr | null {
  return inBody(node, scope, reading, null, (body, inner) => readExpr(body, inner, reading));
}

/** The rows of a call of a user function; null when it is a built-in one. */
export function readCalledPipe(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
  input: Source | null,
): Pipe | null {
  return inBody(node, scope, reading, input, (body, inner) =>
    reading.readers.pipe(body, inner, reading),
  );
}
