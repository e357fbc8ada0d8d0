import {
  type Expr,
  literalOf,
  type Pipe,
  RefusalError,
  refuse,
  type Span,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { addLet } from './calls.ts';
import { checkGroup, isOwnDatabase, refuseOutside } from './database.ts';
import { nameOf, readExpr } from './expressions.ts';
import { checkVisible, readRestrict } from './restrict.ts';
import {
  childOf,
  columnType,
  lookUp,
  type ParameterValue,
  type Pattern,
  type Reading,
  type Scope,
  spanOf,
} from './scope.ts';

/** Statements that stand before the query: let, declare query_parameters, declare pattern, set, alias, restrict. */

/** A value from outside as a literal: the text of a KQL literal (`datetime(2026-01-02)`, `5m`), or the bare value. */
export function parameterLiteral(
  name: string,
  type: string,
  value: ParameterValue,
  at: Span,
): Expr {
  const wanted = columnType(type);
  const source = String(value);
  if (wanted === 'string') return { kind: 'literal', type: 'string', value: source, at };
  const open = source.indexOf('(');
  const inner = open > 0 && source.endsWith(')') ? source.slice(open + 1, -1).trim() : source;
  const literal = literalOf(wanted, inner, () => source, at);
  const isNull = /^\s*null\s*$/i.test(inner);
  const isBroken =
    (literal.value === null && !isNull) ||
    (typeof literal.value === 'number' && Number.isNaN(literal.value)) ||
    ((wanted === 'long' || wanted === 'int') &&
      !isNull &&
      !/^-?\d+$/.test(String(literal.value))) ||
    (wanted === 'bool' && !isNull && !/^(true|false)$/i.test(inner));
  if (isBroken)
    throw new RefusalError(
      'semantic',
      `The value given for the query parameter '${name}' is not of type ${wanted}.`,
      at,
    );
  return literal;
}

function readParameters(statement: SyntaxNode, scope: Scope, reading: Reading): void {
  for (const p of statement.list('Parameters')) {
    const declared = p.need('NameAndType');
    const name = nameOf(declared.need('Name'));
    const fallback = p.get('DefaultValue')?.get('Value');
    const given = reading.parameters[name];
    const type = declared.need('Type').symbol?.name ?? declared.need('Type').text();
    const expr =
      given !== undefined
        ? parameterLiteral(name, type, given, spanOf(p, reading))
        : fallback
          ? readExpr(fallback, scope, reading)
          : refuse(
              `the query parameter '${name}'`,
              spanOf(p, reading),
              'has no value: give it one, or a default',
            );
    scope.names.set(name, { kind: 'expr', expr });
  }
}

function constantText(node: SyntaxNode, scope: Scope, reading: Reading): string | null {
  const expr = readExpr(node, scope, reading);
  return expr.kind === 'literal' ? String(expr.value) : null;
}

function readPattern(statement: SyntaxNode, scope: Scope): void {
  const declaration = statement.get('Pattern');
  if (!declaration) return;
  scope.names.set(nameOf(statement.need('Name')), {
    kind: 'pattern',
    pattern: { matches: declaration.list('Patterns'), scope: snapshot(scope) },
  });
}

/** The pipeline of the pattern's case whose values are those of a call, `name(values)` or `name(values).path`. */
export function readPatternCall(
  pattern: Pattern,
  call: SyntaxNode,
  path: SyntaxNode | null,
  scope: Scope,
  reading: Reading,
): Pipe {
  const at = spanOf(call, reading);
  checkVisible(call, nameOf(call.need('Name')), scope, reading);
  const given = call
    .need('ArgumentList')
    .list('Expressions')
    .map((e) => constantText(e, scope, reading));
  const wantedPath = path === null ? null : pathText(path, scope, reading);
  const found = pattern.matches.find((match) => {
    const values = match.need('ParameterValues').list('Expressions');
    const own = match.get('PathValue')?.get('Value') ?? null;
    return (
      values.length === given.length &&
      values.every((v, i) => constantText(v, pattern.scope, reading) === given[i]) &&
      (own === null ? null : constantText(own, pattern.scope, reading)) === wantedPath
    );
  });
  const body = found?.need('Body');
  if (!body) throw new RefusalError('semantic', 'The pattern has no case for these values.', at);
  const inner = childOf(pattern.scope);
  readStatements(body.list('Statements'), inner, reading);
  return reading.readers.pipe(body.need('Expression'), inner, reading);
}

function pathText(path: SyntaxNode, scope: Scope, reading: Reading): string | null {
  const inner = path.kind === 'BracketedExpression' ? path.need('Expression') : path;
  return inner.kind === 'NameReference' ? nameOf(inner) : constantText(inner, scope, reading);
}

/** Reads the statements before the last expression into the scope. */
export function readStatements(
  statements: readonly SyntaxNode[],
  scope: Scope,
  reading: Reading,
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'LetStatement':
        readLet(statement, scope, reading);
        break;
      case 'QueryParametersStatement':
        readParameters(statement, scope, reading);
        break;
      case 'PatternStatement':
        readPattern(statement, scope);
        break;
      case 'SetOptionStatement':
        reading.settings.set(nameOf(statement.need('Name')).toLowerCase(), statement);
        break;
      case 'RestrictStatement':
        readRestrict(statement, scope);
        break;
      case 'AliasStatement':
        readAlias(statement, scope, reading);
        break;
      case 'ExpressionStatement':
        // Only its names matter here, and only this operator gives some.
        if (/\bgraph-to-table\b/.test(statement.text()))
          reading.readers.pipe(statement.need('Expression'), scope, reading);
        break;
      default:
        refuse(statement.kind.replace(/Statement$/, '').toLowerCase(), spanOf(statement, reading));
    }
  }
}

/** `alias database d = …`: only the database that is asked can have another name. */
function readAlias(statement: SyntaxNode, scope: Scope, reading: Reading): void {
  const database = statement.need('Expression');
  if (!isOwnDatabase(database, scope)) refuseOutside(database, database.text(), reading);
  scope.names.set(nameOf(statement.need('Name')), { kind: 'database' });
}

function readLet(statement: SyntaxNode, scope: Scope, reading: Reading): void {
  const name = nameOf(statement.need('Name'));
  const value = statement.need('Expression');
  if (value.kind === 'EntityGroupExpression') {
    checkGroup(value, scope, reading);
    scope.names.set(name, { kind: 'database' });
    return;
  }
  const graph =
    value.kind === 'FunctionDeclaration' ? null : reading.readers.graph(value, scope, reading);
  if (graph) scope.names.set(name, { kind: 'graph', graph });
  else if (value.kind === 'FunctionDeclaration') {
    scope.names.set(name, { kind: 'function', scope: snapshot(scope) });
    if (value.get('ViewKeyword')) readView(name, value, scope, reading);
  } else if (value.type?.kind === 'table') {
    const source = addLet(name, reading.readers.pipe(value, scope, reading), reading);
    scope.names.set(name, { kind: 'table', source });
  } else scope.names.set(name, { kind: 'expr', expr: readExpr(value, scope, reading) });
}

/** A view joins the tables that `union *` and `search` go over. */
function readView(name: string, value: SyntaxNode, scope: Scope, reading: Reading): void {
  const body = value.get('Body');
  if (!body) return;
  const inner = snapshot(scope);
  readStatements(body.list('Statements'), inner, reading);
  const pipe = reading.readers.pipe(body.need('Expression'), inner, reading);
  reading.views.push({ name, pipe });
}

/** A function sees the names declared before it, not those that come later. */
function snapshot(scope: Scope): Scope {
  const copy = childOf(scope.parent);
  for (const [name, binding] of scope.names) copy.names.set(name, binding);
  if (scope.restriction) copy.restriction = scope.restriction;
  return copy;
}

/** True where a name is a pattern in sight. */
export function patternOf(name: string, scope: Scope): Pattern | null {
  const bound = lookUp(scope, name);
  return bound?.kind === 'pattern' ? bound.pattern : null;
}
