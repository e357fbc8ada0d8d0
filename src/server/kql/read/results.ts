import type { SyntaxNode } from '../kusto.ts';
import { nameOf } from './expressions.ts';
import { flatten } from './pipes.ts';
import type { Chosen } from './scope.ts';

/** The results of a query: its expressions with semicolons between, and the tables of operators that give several. */

export interface Result {
  readonly statement: SyntaxNode;
  /** Set where the statement's last operator gives several tables. */
  readonly chosen: Chosen | null;
}

/** How many tables an operator gives that may give several; null for any other. */
function tablesOf(operator: SyntaxNode): number | null {
  switch (operator.kind) {
    case 'ForkOperator':
      return operator.list('Expressions').length;
    case 'FacetOperator':
      return operator.list('Expressions').length + (operator.get('WithClause') ? 1 : 0);
    case 'GraphToTableOperator':
      return operator.list('OutputClause').length;
    case 'EvaluateOperator':
      return nameOf(operator.need('FunctionCall').need('Name')) === 'preview' ? 2 : null;
  }
  return null;
}

/** `graph-to-table nodes as N, edges as E;` gives its tables names and no result, where a result follows. */
export function onlyNamesTables(statement: SyntaxNode): boolean {
  const last = flatten(statement.need('Expression')).at(-1);
  return (
    last?.kind === 'GraphToTableOperator' &&
    last.list('OutputClause').every((clause) => clause.get('AsClause') !== null)
  );
}

export function resultsOf(statements: readonly SyntaxNode[]): Result[] {
  const expressions = statements.filter((s) => s.kind === 'ExpressionStatement');
  return expressions.flatMap((statement, i): Result[] => {
    if (i < expressions.length - 1 && onlyNamesTables(statement)) return [];
    const operator = flatten(statement.need('Expression')).at(-1);
    const count = operator ? tablesOf(operator) : null;
    if (!operator || count === null) return [{ statement, chosen: null }];
    return Array.from({ length: count }, (_, index) => ({
      statement,
      chosen: { operator, index },
    }));
  });
}
