import type { KqlType } from '#core/schema/index.ts';

/** Texts, names and numbers at which translators break: what ends a literal elsewhere, what is too large, what is odd. */

export const TEXTS: readonly string[] = [
  'a',
  '',
  "'; DROP TABLE canary; --",
  '"; DROP TABLE canary; --',
  "' || (SELECT 1) || '",
  '\\',
  "\\'",
  '$1 ? :name {x} $$',
  '/* -- */',
  '\0',
  'a\0b',
  '%_[]*',
  '\u2028\u202e',
  '😀',
  'é',
  '\ud800',
  '} $' + '{x} `y`',
  '{"a":{"b":[1,"x"]}}',
  '[1,2.5,null]',
  '10.1.2.3',
  'fe80::1/64',
  '(a|b)+$',
  '(((((',
  '2024-02-29T23:59:59.9999999Z',
  '1.02:03:04.5',
  '-9223372036854775808',
  '1e999',
  'x'.repeat(3000),
];

/** As KQL spells a text: in one of its ways. */
export function spelled(text: string, way: number): string {
  const escaped = text.replace(
    /[\\\0\n]/g,
    (c) => ({ '\\': '\\\\', '\0': '\\0', '\n': '\\n' })[c]!,
  );
  const isPlain = !/[\0\n]/.test(text);
  if (way % 4 === 1) return `'${escaped.replaceAll("'", "\\'")}'`;
  if (way % 4 === 2 && isPlain) return `@"${text.replaceAll('"', '""')}"`;
  if (way % 4 === 3 && isPlain) return `@'${text.replaceAll("'", "''")}'`;
  return `"${escaped.replaceAll('"', '\\"')}"`;
}

/** Names of columns and variables, as written. */
export const NAMES: readonly string[] = [
  'x',
  '["a b"]',
  `['it"s']`,
  '["x; DROP TABLE canary; --"]',
  `["q\\"uote"]`,
  '["$1"]',
  '["weir_has"]',
  '["select"]',
  '["_"]',
  '["$row"]',
  '["😀"]',
  "['a''b']",
  '["Bytes"]',
  '["bytes"]',
  `["${'n'.repeat(300)}"]`,
];

export const LITERALS: Readonly<Record<KqlType, readonly string[]>> = {
  string: TEXTS.map(spelled),
  long: [
    '1',
    '0',
    '9223372036854775807',
    '(-9223372036854775807 - 1)',
    'long(null)',
    '-1',
    '0xffff',
  ],
  int: ['int(1)', 'int(2147483647)', 'int(-2147483648)', 'int(null)'],
  real: ['1.5', '0.0', '1e308', 'real(nan)', 'real(+inf)', 'real(-inf)', 'real(null)', '5e-324'],
  bool: ['true', 'false', 'bool(null)'],
  datetime: [
    'datetime(2024-02-29)',
    'datetime(0001-01-01)',
    'datetime(9999-12-31 23:59:59.9999999)',
    'datetime(null)',
    'now()',
    'ago(1d)',
  ],
  timespan: ['1h', '0s', '-1d', 'timespan(10675199.02:48:05.4775807)', 'timespan(null)', '1tick'],
  dynamic: [
    'dynamic([1,"x",null])',
    'dynamic({"a\'b":[1,{"c\\"":null}],"__proto__":{"a":1}})',
    'dynamic(null)',
    'dynamic([])',
    'dynamic({})',
    'dynamic([[[[[[[[1]]]]]]]])',
    'dynamic([9007199254740993,1e300])',
    'dynamic("\'; DROP TABLE canary; --")',
  ],
  guid: ['guid(74be27de-1e4e-49d9-b579-fe0b331d3642)', 'guid(null)'],
  decimal: ['decimal(1.5)', 'decimal(null)', 'decimal(1e20)'],
};

/** What is put between tokens by mutation. */
export const SCRAPS: readonly string[] = [
  "'",
  '"',
  '`',
  ';',
  '--',
  '/*',
  '*/',
  '//',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '|',
  ',',
  '..',
  '=',
  '==',
  '\0',
  '\u00a0',
  '\ufeff',
  '😀',
  '\ud800',
  '\r',
  '$',
  '@"',
  'h"',
  '```',
  '~~~',
  '1e999999',
  '99999999999999999999999999',
  '0x',
  'datetime(',
  'dynamic({',
  'let x = ',
  'union ',
  '| take -1',
  '| join',
  ' and ',
  ' by ',
  ' on ',
  'not(',
  'null',
  '.drop table Events',
  '["',
  "['",
];
