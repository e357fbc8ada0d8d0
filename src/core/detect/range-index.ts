import { parseIp } from '#core/base/index.ts';
import { parseRange, type RangeTable, RangeTableBuilder } from '#core/enrich/index.ts';

/** Finds what was said of the narrowest range that holds an address. */
export class RangeIndex<T> {
  readonly #table: RangeTable;
  readonly #values: readonly T[];

  /** Ranges as people write them; what is no range is passed over (whoever reads them from a person tells of it). */
  constructor(entries: readonly { readonly ranges: readonly string[]; readonly value: T }[]) {
    const builder = new RangeTableBuilder();
    entries.forEach(({ ranges }, i) => {
      for (const text of ranges) {
        const range = parseRange(text);
        if (range) builder.add(range, i);
      }
    });
    this.#table = builder.build();
    this.#values = entries.map((e) => e.value);
  }

  find(address: string): T | undefined {
    const words = parseIp(address);
    return words && this.#values[this.#table.find(words)];
  }
}
