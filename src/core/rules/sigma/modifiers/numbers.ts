import { type Comparison, TIME_PARTS } from '../search.ts';
import { type Item, type Modifier, ModifierError } from './modifier.ts';

function needNumbers(item: Item, name: string): Item {
  const values = item.values.map((value) => {
    const number =
      value.kind === 'number'
        ? value.value
        : value.kind === 'text'
          ? Number(value.raw)
          : Number.NaN;
    if (!Number.isFinite(number))
      throw new ModifierError(`${name} goes with a number`, 'Write a number.');
    return { kind: 'number' as const, value: number };
  });
  return { ...item, values };
}

const comparing = (name: string, compare: Comparison): Modifier => ({
  name,
  apply: (item) => ({ ...needNumbers(item, name), compare }),
});

/** `lt`, `lte`, `gt`, `gte`, and the parts of a date. */
export const COMPARING: readonly Modifier[] = [
  comparing('lt', '<'),
  comparing('lte', '<='),
  comparing('gt', '>'),
  comparing('gte', '>='),
  ...TIME_PARTS.map((part) => ({
    name: part,
    apply: (item: Item) => ({ ...needNumbers(item, part), part }),
  })),
];
