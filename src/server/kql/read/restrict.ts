import { RefusalError } from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf } from './expressions.ts';
import { lookUp, type Reading, type Restriction, type Scope, spanOf } from './scope.ts';

/**
 * `restrict access to (…)`: what the statements behind it may name, so that somebody can put it before the query of
 * somebody else. What was declared before it still reads everything; what is declared behind it does not.
 */

function restrictionOf(scope: Scope | null): Restriction | null {
  for (let at = scope; at; at = at.parent) if (at.restriction) return at.restriction;
  return null;
}

/** Whether a name of the catalog may be used here. */
export function isStoredVisible(name: string, scope: Scope): boolean {
  return restrictionOf(scope)?.stored(name) ?? true;
}

/** Whether a name that the query declares may be used here. */
export function isDeclaredVisible(name: string, scope: Scope): boolean {
  const restriction = restrictionOf(scope);
  return !restriction?.earlier.has(name) || restriction.declared.has(name);
}

/** Refuses a name that `restrict` hides: one of the catalog's, unless the query declares it. */
export function checkVisible(
  node: SyntaxNode,
  name: string,
  scope: Scope,
  reading: Reading,
  isStored = lookUp(scope, name) === undefined,
): void {
  if (isStored ? isStoredVisible(name, scope) : isDeclaredVisible(name, scope)) return;
  throw new RefusalError(
    'semantic',
    `'${name}' may not be used here: the query restricts access to other names.`,
    spanOf(node, reading),
  );
}

function matcher(pattern: string): (name: string) => boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, (c) => (c === '*' ? '.*' : `\\${c}`));
  const regex = new RegExp(`^${escaped}$`);
  return (name) => regex.test(name);
}

function declaredNames(scope: Scope): Set<string> {
  const names = new Set<string>();
  for (let at: Scope | null = scope; at; at = at.parent)
    for (const name of at.names.keys()) names.add(name);
  return names;
}

/** Reads the statement. A second one narrows what the first one left. */
export function readRestrict(statement: SyntaxNode, scope: Scope): void {
  const earlier = declaredNames(scope);
  const declared = new Set<string>();
  const stored: ((name: string) => boolean)[] = [];
  for (const entity of statement.list('Expressions')) {
    const isOfDatabase = entity.kind === 'PathExpression';
    const last = isOfDatabase ? entity.need('Selector') : entity;
    const name = last.kind === 'FunctionCallExpression' ? nameOf(last.need('Name')) : last.text();
    const plain = last.kind === 'NameReference' && !name.includes('*') ? nameOf(last) : name;
    const matches = matcher(plain);
    if (isOfDatabase || (!plain.includes('*') && !earlier.has(plain))) stored.push(matches);
    else for (const e of earlier) if (matches(e)) declared.add(e);
  }
  const outer = scope;
  const before = restrictionOf(outer);
  scope.restriction = {
    earlier,
    declared: new Set([...declared].filter((n) => isDeclaredVisible(n, outer))),
    stored: (name) => (before?.stored(name) ?? true) && stored.some((matches) => matches(name)),
  };
}
