import { order, type Type, type Value } from '../values.ts';
import { loose, type Scalar, strict } from './scalar.ts';

/** NaN is not even itself. */
const isNan = (v: Value) => typeof v === 'number' && Number.isNaN(v);
const same = (a: Value, b: Value) => order(a, b) === 0 && !isNan(a) && !isNan(b);
/** A present value never equals an absent one; of two absent ones it is not known. */
export const equals = (a: Value, b: Value): Value =>
  a === null && b === null ? null : a !== null && b !== null && same(a, b);
const differs = (a: Value, b: Value): Value => {
  const is = equals(a, b);
  return is === null ? null : !is;
};

/** Null is what is not known. */
const both = (a: Value, b: Value): Value =>
  a === false || b === false ? false : a === null || b === null ? null : true;
const notBelow = (a: Value, b: Value): Value =>
  a === null || b === null ? null : order(a, b) >= 0 && !isNan(a) && !isNan(b);

const COMPARED: readonly Type[] = ['long', 'string', 'real', 'datetime', 'timespan', 'int'];
export const comparisons: readonly Scalar[] = COMPARED.flatMap((t) => [
  loose('({0} == {1})', [t, t], 'bool', equals),
  loose('({0} != {1})', [t, t], 'bool', differs),
  strict('({0} < {1})', [t, t], 'bool', (a: Value, b: Value) => order(a, b) < 0),
  loose('({0} >= {1})', [t, t], 'bool', notBelow),
  loose('({0} between ({1} .. {2}))', [t, t, t], 'bool', (a: Value, b: Value, c: Value) =>
    both(notBelow(a, b), notBelow(c, a)),
  ),
]);

export const logic: readonly Scalar[] = [
  loose('({0} and {1})', ['bool', 'bool'], 'bool', both),
  loose('({0} or {1})', ['bool', 'bool'], 'bool', (a: Value, b: Value) =>
    a === true || b === true ? true : a === null || b === null ? null : false,
  ),
  strict('not({0})', ['bool'], 'bool', (a: boolean) => !a),
  ...(['long', 'real', 'datetime', 'dynamic', 'bool'] as const).flatMap((t) => [
    loose('isnull({0})', [t], 'bool', (a: Value) => a === null),
    loose('isnotnull({0})', [t], 'bool', (a: Value) => a !== null),
  ]),
  loose('isempty({0})', ['string'], 'bool', (a: string) => a === ''),
  loose('isnotempty({0})', ['string'], 'bool', (a: string) => a !== ''),
  ...(['long', 'string', 'real', 'datetime', 'timespan', 'bool'] as const).flatMap((t) => [
    loose('iff({0}, {1}, {2})', ['bool', t, t], t, (a: Value, b: Value, c: Value) =>
      a === true ? b : c,
    ),
    loose(
      'case({0}, {1}, {2}, {3}, {1})',
      ['bool', t, 'bool', t],
      t,
      (a: Value, b: Value, c: Value, d: Value) => (a === true ? b : c === true ? d : b),
    ),
    loose('coalesce({0}, {1})', [t, t], t, (a: Value, b: Value) =>
      a === null || a === '' ? b : a,
    ),
  ]),
];
