/** What string operators ask of RE2, which both engines use for patterns. */

/** Which edges of a term have to be borders. */
export type Edge = 'both' | 'start' | 'end';

const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const WORD = /[\p{L}\p{N}]/u;
const NOT_WORD = '[^\\pL\\pN]';

/** A term as a pattern of RE2: at an edge that is a letter or digit stands a border. */
export function termPattern(term: string, edge: Edge): string {
  const chars = [...term];
  const before = edge !== 'end' && WORD.test(chars[0] ?? '') ? `(^|${NOT_WORD})` : '';
  const after = edge !== 'start' && WORD.test(chars.at(-1) ?? '') ? `($|${NOT_WORD})` : '';
  return `${before}${escapeRegex(term)}${after}`;
}

/** Terms that a pattern can hold: DuckDB's parser cannot read a zero byte in one. */
export const fitsPattern = (term: string) =>
  term !== '' && term.length < 1000 && !term.includes('\0');

/** More constants than this go to one function that keeps the list, not into one pattern. */
export const MAX_PATTERN_TERMS = 100;

/** RE2's \d, \s and \w are ASCII only; KQL's are not. */
export function widenClasses(pattern: string): string {
  let out = '';
  let isInClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === '\\') {
      const next = pattern[++i] ?? '';
      if (next === 'd') out += '\\p{Nd}';
      else if (next === 's') out += isInClass ? '\\s\\pZ' : '[\\s\\pZ]';
      else out += c + next;
    } else {
      if (c === '[') isInClass = true;
      else if (c === ']') isInClass = false;
      out += c;
    }
  }
  return out;
}
