import { describe, expect, it } from 'vitest';
import { complete, diagnose, hover, makeCatalog, prepare } from './index.ts';

const prepared = prepare(makeCatalog());

describe('what an editor asks', () => {
  it('completes tables, operators and columns', () => {
    const labels = (text: string) =>
      complete(text, text.length, prepared.schema).items.map((i) => i.label);
    expect(labels('Flo')).toContain('Flows');
    expect(labels('Flows | ')).toContain('where');
    expect(labels('Flows | where ')).toContain('SrcIp');
  });

  it('says where the completed word stands', () => {
    const { start, length } = complete('Flows | where Src', 17, prepared.schema);
    expect([start, length]).toEqual([14, 3]);
  });

  it('says what a name is', () => {
    expect(hover('Flows | where SrcPort > 1', 15, prepared.schema)).toBe('SrcPort: int');
  });

  it('finds what is wrong, with its position', () => {
    const [found] = diagnose('Flows\n| where Nope > 1', prepared);
    expect(found).toMatchObject({ severity: 'error', line: 2, column: 9, length: 4 });
    expect(diagnose('Flows | count', prepared)).toEqual([]);
  });

  it('finds what Weir itself refuses', () => {
    const found = diagnose('Flows | reduce by SrcIp', prepared);
    expect(found.at(-1)).toMatchObject({
      code: 'unsupported',
      severity: 'error',
      line: 1,
      column: 9,
    });
  });
});
