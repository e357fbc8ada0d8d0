import { RefusalError } from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf } from './expressions.ts';
import { lookUp, type Reading, type Scope, spanOf } from './scope.ts';

/** Names of databases: a query reads one, and may say so. */

const OWN = 'weir';

function argumentOf(call: SyntaxNode): string | null {
  const [first] = call.need('ArgumentList').list('Expressions');
  return first ? first.literal : '';
}

/** Whether `database("weir")`, `cluster("weir").database("weir")` or another name of it names the database that is asked. */
export function isOwnDatabase(node: SyntaxNode, scope: Scope): boolean {
  if (node.kind === 'NameReference') return lookUp(scope, nameOf(node))?.kind === 'database';
  if (node.kind === 'PathExpression')
    return (
      isCallOf(node.need('Expression'), 'cluster') &&
      argumentOf(node.need('Expression')) === OWN &&
      isOwnDatabase(node.need('Selector'), scope)
    );
  if (!isCallOf(node, 'database')) return false;
  const name = argumentOf(node);
  return name === '' || name === OWN || (name !== null && lookUp(scope, name)?.kind === 'database');
}

/** Refuses a group of databases, `entity_group [ … ]` or the name of one, that has another than the one that is asked. */
export function checkGroup(group: SyntaxNode, scope: Scope, reading: Reading): void {
  const entities = group.kind === 'EntityGroupExpression' ? group.list('Entities') : [group];
  for (const entity of entities)
    if (!isOwnDatabase(entity, scope)) refuseOutside(entity, entity.text(), reading);
}

function isCallOf(node: SyntaxNode, name: string): boolean {
  return node.kind === 'FunctionCallExpression' && nameOf(node.need('Name')) === name;
}

export function refuseOutside(node: SyntaxNode, what: string, reading: Reading): never {
  throw new RefusalError(
    'external-refused',
    `${what} reads from outside of Weir, which is not allowed. Load the data into a table or a watchlist instead.`,
    spanOf(node, reading),
  );
}
