import { widenClasses } from '../../dialect/patterns.ts';
import { compileRegex } from '../../runtime/regex.ts';
import { toText } from '../convert.ts';
import { quoteText } from '../types.ts';
import type { Printer, PrinterGroup, Value } from '../value.ts';

/** Functions over regular expressions, where the expression is constant and one that RE2 and JavaScript read alike. */

/** What JavaScript has beyond RE2: looking around, and references to groups. */
const BEYOND = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</;

/** ClickHouse lets a dot match the end of a line; KQL does not. */
export const asRe2 = (pattern: string): string => `(?-s)${widenClasses(pattern)}`;

function constantRegex(value: Value | undefined): string | null {
  const text = value?.type === 'string' ? value.literal?.value : null;
  return typeof text === 'string' && !text.includes('\0') && !BEYOND.test(text) ? text : null;
}

/** How many groups a pattern captures. */
const groupsOf = (pattern: string): number =>
  [
    ...pattern
      .replace(/\\./g, '')
      .replace(/\[[^\]]*\]/g, '')
      .matchAll(/\((?!\?)|\(\?P?<(?![=!])/g),
  ].length;

const extract: Printer = ([regex, group, text], c) => {
  const pattern = constantRegex(regex);
  const index = group?.literal?.value;
  if (pattern === null || typeof index !== 'string' || !/^\d+$/.test(index)) return null;
  if (Number(index) > groupsOf(pattern)) return "''";
  return `regexpExtract(${toText(text!, c)}, ${quoteText(asRe2(pattern))}, ${index})`;
};

/** `\1` names a group to both; any other backslash is left to JavaScript. */
const replace: Printer = ([text, regex, by], c) => {
  const pattern = constantRegex(regex);
  const replacement = by?.type === 'string' ? by.literal?.value : null;
  if (pattern === null || typeof replacement !== 'string' || /\\(?!\d)/.test(replacement))
    return null;
  // The two differ in how they go on after a match of nothing.
  if (compileRegex(pattern, '').test('')) return null;
  const groups = groupsOf(pattern);
  if ([...replacement.matchAll(/\\(\d)/g)].some((m) => Number(m[1]) > groups)) return null;
  return `replaceRegexpAll(${toText(text!, c)}, ${quoteText(asRe2(pattern))}, ${quoteText(replacement)})`;
};

function trim(edges: readonly ((pattern: string) => string)[]): Printer {
  return ([regex, text], c) => {
    const pattern = constantRegex(regex);
    if (pattern === null) return null;
    return edges.reduce(
      (sql, edge) => `replaceRegexpOne(${sql}, ${quoteText(asRe2(edge(pattern)))}, '')`,
      toText(text!, c),
    );
  };
}

const atStart = (pattern: string) => `^(?:${pattern})`;
const atEnd = (pattern: string) => `(?:${pattern})$`;

export const patternPrinters: PrinterGroup = {
  extract,
  replace_regex: replace,
  trim: trim([atStart, atEnd]),
  trim_start: trim([atStart]),
  trim_end: trim([atEnd]),
};
