import { describe, expect, it } from 'vitest';
import { type Answer, PRINTERS, printAnswer, printTable } from './index.ts';

const odd: Answer = {
  columns: [
    { name: 'Name', type: 'string' },
    { name: 'Bytes', type: 'long' },
    { name: 'Bag', type: 'dynamic' },
  ],
  rows: [
    ['=cmd()', -5, { a: '"' }],
    ['two\nlines, "quoted"', null, null],
    ['\u001b[31mred', '9223372036854775807', [1]],
  ],
};

const printed = (name: keyof typeof PRINTERS, answer: Answer) =>
  [...printAnswer(PRINTERS[name], answer)].join('');

describe('printers', () => {
  it('csv quotes, and neutralises formulas but not numbers', () => {
    expect(printed('csv', odd)).toBe(
      'Name,Bytes,Bag\r\n' +
        `'=cmd(),-5,"{""a"":""\\""""}"\r\n` +
        '"two\nlines, ""quoted""",,\r\n' +
        '\u001b[31mred,9223372036854775807,[1]\r\n',
    );
  });

  it.each(['=1', '+1', '-1', '@x', '\t=1', ' =1'])('csv defuses %j', (text) => {
    const answer: Answer = { columns: [{ name: '=A', type: 'string' }], rows: [[text]] };
    const [name, cell] = printed('csv', answer).split('\r\n');
    expect(name).toBe("'=A");
    expect(cell?.replace(/^"/, '')).toMatch(/^'/);
  });

  it('ndjson and json keep repeated and dangerous names', () => {
    const answer: Answer = {
      columns: [
        { name: '__proto__', type: 'long' },
        { name: 'a', type: 'long' },
      ],
      rows: [[1, null]],
    };
    expect(printed('ndjson', answer)).toBe('{"__proto__":1,"a":null}\n');
    expect(JSON.parse(printed('json', odd))).toHaveLength(3);
  });

  it.each(Object.values(PRINTERS))('$name prints an answer without rows', (printer) => {
    const text = [...printAnswer(printer, { columns: odd.columns, rows: [] })].join('');
    if (printer.name === 'json') expect(JSON.parse(text)).toEqual([]);
    else expect(text.split('\n').length).toBeLessThanOrEqual(2);
  });

  it.each(Object.values(PRINTERS))('$name prints many rows in pieces', (printer) => {
    const rows = Array.from({ length: 1234 }, (_, i) => ['x', i, [i]]);
    const pieces = [...printAnswer(printer, { columns: odd.columns, rows })];
    const whole = printer.open(odd.columns);
    expect(pieces.length).toBe(5);
    expect(pieces.join('')).toBe(whole.head + whole.rows(rows) + whole.tail);
  });

  it('rows for other clients have longs as numbers, and for Log Analytics dynamic values as text', () => {
    const answer: Answer = {
      columns: [
        { name: 'Bag', type: 'dynamic' },
        { name: 'Long', type: 'long' },
      ],
      rows: [
        [{ a: 1 }, 5],
        ['text', '-9223372036854775808'],
        [null, null],
      ],
    };
    expect(printed('rows', answer)).toBe('[{"a":1},5],["text","-9223372036854775808"],[null,null]');
    expect(printed('kusto-rows', answer)).toBe(
      '[{"a":1},5],["text",-9223372036854775808],[null,null]',
    );
    expect(printed('log-analytics-rows', answer)).toBe(
      '["{\\"a\\":1}",5],["text",-9223372036854775808],[null,null]',
    );
  });

  it('tables align numbers, hide what does not fit, and send no control characters', () => {
    const text = printTable(odd, 0);
    expect(text).toContain('\\u001b[31mred');
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')[2]).toMatch(/^=cmd\(\) +-5 {2}\{/);
    expect(printTable(odd, 30)).toMatch(/3 rows, 2 columns not shown: Bytes, Bag\n$/);
  });
});
