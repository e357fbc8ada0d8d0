import type { SyntaxNode } from '../kusto.ts';
import { nameOf } from './expressions.ts';

/** The value of an operator's parameter (`kind=inner`), as text. */
export function parameter(node: SyntaxNode, name: string): string | null {
  const found = node.list('Parameters').find((p) => nameOf(p.need('Name')).toLowerCase() === name);
  const value = found?.need('Expression');
  if (!value) return null;
  return value.kind === 'NameDeclaration' || value.kind === 'NameReference'
    ? nameOf(value)
    : (value.literal ?? value.text());
}
