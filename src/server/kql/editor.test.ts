import { describe, expect, it } from 'vitest';
import { complete, diagnose, format, hover, makeCatalog, prepare, signature } from './index.ts';
import { MANUAL } from './manual/index.ts';

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

  it('says what a name is, and what it means', () => {
    const at = (text: string, offset: number) => hover(text, offset, prepared.schema);
    expect(at('Flows | where SrcPort > 1', 15)).toMatchObject({
      start: 14,
      length: 7,
      title: 'SrcPort: int',
      says: expect.stringMatching(/[Pp]ort/),
    });
    // A column keeps its meaning through the query.
    expect(at('Flows | summarize count() by SrcPort | where SrcPort > 1', 46)?.says).toMatch(
      /[Pp]ort/,
    );
    expect(at('Flows | count', 2)?.says).toMatch(/flow/);
    expect(at('Flows | mv-expand UnknownFields', 12)).toMatchObject({
      start: 8,
      length: 9,
      title: 'mv-expand',
    });
    expect(at('Flows | extend a = strcat(SrcIp, "x")', 21)).toMatchObject({
      title: 'strcat(arg, ...): string',
      says: MANUAL.get('strcat'),
    });
    expect(at('Flows | where SrcIp has "a"', 21)).toMatchObject({
      title: 'has',
      says: MANUAL.get('has'),
    });
    expect(at('Flows  | count', 6)).toBeNull();
    // What is wrong is underlined already.
    expect(at('Flows | where Nope > 1', 15)).toBeNull();
  });

  it.each([
    ['Flows | extend a = strcat(', 'strcat', 0],
    ['Flows | extend a = strcat(SrcIp, "a,b", ', 'strcat', 0],
    ['Flows | extend a = iff(SrcIp == "(,", strcat(SrcIp, "b"), ', 'iff', 2],
    ['Flows | extend a = iff(SrcIp == "a", substring(SrcIp, 1', 'substring', 1],
    ['Flows | summarize sum(', 'sum', 0],
    ['Flows | extend a = strlen(SrcIp, 1', 'strlen', -1],
    ['_Im_NetworkSession(starttime=ago(1d), ', '_Im_NetworkSession', 1],
  ])('knows the call and the parameter at the end of %s', (text, name, active) => {
    expect(signature(text, text.length, prepared.schema)).toMatchObject({ name, active });
  });

  it('tells what a call takes', () => {
    expect(signature('print substring(', 16, prepared.schema)).toEqual({
      name: 'substring',
      parameters: [
        { name: 'string', type: '', isOptional: false, isRepeated: false },
        {
          name: 'start',
          type: expect.stringMatching(/int|number/),
          isOptional: false,
          isRepeated: false,
        },
        {
          name: 'length',
          type: expect.stringMatching(/int|number/),
          isOptional: true,
          isRepeated: false,
        },
      ],
      active: 0,
      returns: 'string',
      says: MANUAL.get('substring'),
    });
    expect(signature('print strlen("a")', 17, prepared.schema)).toBeNull();
    expect(signature('print nothing(', 14, prepared.schema)).toBeNull();
  });

  it('lays a query out, and leaves one alone that cannot be parsed', () => {
    expect(
      format('Flows|where SrcPort in(1,2)|summarize count() by SrcIp // why', prepared.schema),
    ).toBe('Flows\n| where SrcPort in(1, 2)\n| summarize count() by SrcIp // why');
    expect(format('Flows | where (', prepared.schema)).toBe('Flows | where (');
  });

  it.each([
    ['Flows | where DestPrt == 443', 'Flows | where DestPort == 443'],
    ['Flws | count', 'Flows | count'],
    ['Flows | wher SrcPort == 1', 'Flows | where SrcPort == 1'],
    ['Flows | extend a = tolowr(SrcIp)', 'Flows | extend a = tolower(SrcIp)'],
    ['Flows | summarize cont() by SrcIp', 'Flows | summarize count() by SrcIp'],
    ['Flows | where SrcIp contains "north"', 'Flows | where SrcIp has "north"'],
  ])('mends %s', (text, mended) => {
    const [fix] = diagnose(text, prepared).flatMap((finding) => finding.fixes);
    expect(fix && text.slice(0, fix.start) + fix.insert + text.slice(fix.start + fix.length)).toBe(
      mended,
    );
  });

  it('offers what a name begins', () => {
    const [found] = diagnose('Flows | where Bytes > 443', prepared);
    expect(found?.fixes.map((fix) => fix.insert)).toEqual(['BytesDestToSrc', 'BytesSrcToDest']);
  });

  it('makes no guess where nothing is near', () => {
    expect(diagnose('Flows | where Zebra == 443', prepared)[0]?.fixes).toEqual([]);
  });

  it('finds what is wrong, with its position', () => {
    const [found] = diagnose('Flows\n| where Nope > 1', prepared);
    expect(found).toMatchObject({ severity: 'error', line: 2, column: 9, length: 4 });
    expect(diagnose('Flows | count', prepared)).toEqual([]);
  });

  it('finds what Weir itself refuses', () => {
    const found = diagnose('Flows | extend n = row_number()', prepared);
    expect(found.at(-1)).toMatchObject({
      code: 'unsupported',
      severity: 'error',
      line: 1,
      column: 20,
    });
  });
});
