/**
 * Texts by what they have in common, for `reduce by`. The method is Vaarandi's SLCT ("A data clustering algorithm for
 * mining patterns from event logs", 2003): words that are frequent at their place make a text's pattern, the others are
 * wildcards; patterns that are frequent themselves are kept.
 */
export interface Template {
  readonly pattern: string;
  readonly count: number;
  readonly representative: string;
}

interface Counted {
  readonly text: string;
  readonly count: number;
}

interface Split {
  /** Words and, between them, what sets them apart: word, gap, word, … */
  readonly words: readonly string[];
  readonly gaps: readonly string[];
}

const OTHERS = 'others';

function splitter(characters: string): (text: string) => Split {
  const gap =
    characters === ''
      ? /[^A-Za-z0-9]+/g
      : new RegExp(`[${characters.replace(/[\\^\]-]/g, '\\$&')}]+`, 'g');
  return (text) => ({ words: text.split(gap), gaps: text.match(gap) ?? [] });
}

/** The pattern as text; a separator that the query names goes where a wildcard stands beside it. */
function printed(split: Split, kept: readonly boolean[], isNamed: boolean): string {
  let out = '';
  split.words.forEach((word, i) => {
    const before = split.gaps[i - 1] ?? '';
    const isBesideWildcard = !kept[i] || (i > 0 && !kept[i - 1]);
    if (i > 0 && !(isNamed && isBesideWildcard)) out += before;
    out += kept[i] ? word : '*';
  });
  return out.replace(/\*{2,}/g, '*');
}

/** What a set of texts taught: the words that are frequent at their place, and the patterns made of them. */
export interface Taught {
  /** `place word`, the place counted from 0. */
  readonly frequent: readonly string[];
  readonly templates: readonly Template[];
}

const key = (place: number, word: string) => `${place} ${word}`;

/** The pattern of one text, by the words that are frequent; null where it has none of them. */
function patternOf(
  split: Split,
  isFrequent: (place: number, word: string) => boolean,
  isNamed: boolean,
): string | null {
  const kept = split.words.map((word, i) => word !== '' && isFrequent(i, word));
  return kept.includes(true) ? printed(split, kept, isNamed) : null;
}

/** Gives the pattern of each of many texts, `others` where it is none of the patterns that were taught. */
export function classifier(taught: Taught, characters: string): (text: string) => string {
  const split = splitter(characters);
  const frequent = new Set(taught.frequent);
  const patterns = new Set(taught.templates.map((t) => t.pattern));
  return (text) => {
    const isFrequent = (place: number, word: string) => frequent.has(key(place, word));
    const pattern = patternOf(split(text), isFrequent, characters !== '');
    return pattern !== null && patterns.has(pattern) ? pattern : OTHERS;
  };
}

/** Patterns that at least a share `threshold` of the texts follow, most frequent first; the rest are one row, `others`. */
export function learn(counted: readonly Counted[], threshold: number, characters: string): Taught {
  const texts = [...counted].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const total = texts.reduce((s, t) => s + t.count, 0);
  // A pattern is what at least two texts share.
  const least = Math.max(2, threshold * total);
  const split = splitter(characters);
  const placed = new Map<string, number>();
  const splits = texts.map((t) => split(t.text));
  splits.forEach((s, n) => {
    s.words.forEach((word, i) => {
      placed.set(key(i, word), (placed.get(key(i, word)) ?? 0) + texts[n]!.count);
    });
  });
  const isFrequent = (i: number, word: string) => (placed.get(key(i, word)) ?? 0) >= least;
  const found = new Map<string, { count: number; representative: string }>();
  splits.forEach((s, n) => {
    const pattern = patternOf(s, isFrequent, characters !== '');
    if (pattern === null) return;
    const known = found.get(pattern);
    const { count, text } = texts[n]!;
    found.set(pattern, {
      count: (known?.count ?? 0) + count,
      representative: known?.representative ?? text,
    });
  });
  const out = [...found]
    .filter(([, f]) => f.count >= least)
    .map(([pattern, f]): Template => ({ pattern, ...f }))
    .sort((a, b) => b.count - a.count);
  const rest = total - out.reduce((s, t) => s + t.count, 0);
  const others = rest > 0 ? [{ pattern: OTHERS, count: rest, representative: '' }] : [];
  const frequent = [...placed].flatMap(([k, n]) => (n >= least ? [k] : []));
  return { frequent, templates: [...out, ...others] };
}
