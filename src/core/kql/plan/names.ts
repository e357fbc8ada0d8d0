import { freeName } from './flow.ts';
import type { SelectItem } from './plan.ts';

/** Names by position from the binder where it knows all columns, else by our own rule. */
export function named(items: readonly SelectItem[], names: readonly string[]): SelectItem[] {
  const wanted = names.length === items.length ? names : items.map((i) => i.name);
  const taken = new Set<string>();
  return items.map((item, i) => {
    const name = freeName(wanted[i] ?? item.name, taken);
    taken.add(name);
    return { ...item, name };
  });
}
