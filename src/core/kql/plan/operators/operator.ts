import type { Operator } from '../../bound/expr.ts';
import type { Flow, Translation } from '../flow.ts';

/** How one operator changes a flow. `isOrdered` says whether the order of the rows it gives matters to anybody. */
export type OperatorTranslator<O extends Operator['op']> = (
  flow: Flow,
  operator: OperatorNamed<O>,
  t: Translation,
  isOrdered: boolean,
) => Flow;

/** The operator of a name, also where several share a shape. */
type OperatorNamed<O extends Operator['op']> = Operator extends infer T
  ? T extends { readonly op: Operator['op'] }
    ? O extends T['op']
      ? T
      : never
    : never
  : never;

export type OperatorTable = { readonly [O in Operator['op']]?: OperatorTranslator<O> };
