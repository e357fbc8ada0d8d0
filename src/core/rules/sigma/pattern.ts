/** A piece of a pattern: text, or a wildcard. */
export type Piece = string | { readonly wildcard: 'many' | 'one' };

/** Text with wildcards, as Sigma writes it: `*` any length, `?` one character, a backslash takes their meaning away. */
export interface Pattern {
  readonly pieces: readonly Piece[];
}

/** Reads `a*b`; `\*`, `\?` and `\\` stand for themselves, any other backslash is plain. */
export function readPattern(text: string): Pattern {
  const pieces: Piece[] = [];
  let plain = '';
  const end = () => {
    if (plain !== '') pieces.push(plain);
    plain = '';
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const next = text[i + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      plain += next;
      i++;
    } else if (char === '*' || char === '?') {
      end();
      pieces.push({ wildcard: char === '*' ? 'many' : 'one' });
    } else plain += char;
  }
  end();
  return { pieces: mergeWildcards(pieces) };
}

export const plainPattern = (text: string): Pattern => ({ pieces: text === '' ? [] : [text] });

/** `**` is `*`. */
function mergeWildcards(pieces: readonly Piece[]): Piece[] {
  return pieces.filter((piece, i) => !(isMany(piece) && isMany(pieces[i - 1])));
}

const isMany = (piece: Piece | undefined) => typeof piece === 'object' && piece.wildcard === 'many';

/** Wildcards of any length put before, behind, or around it. */
export function widen(pattern: Pattern, where: { start: boolean; end: boolean }): Pattern {
  const many: Piece = { wildcard: 'many' };
  const pieces = [...(where.start ? [many] : []), ...pattern.pieces, ...(where.end ? [many] : [])];
  return { pieces: mergeWildcards(pieces) };
}

/** The text of a pattern without wildcards; undefined when it has some. */
export function textOf({ pieces }: Pattern): string | undefined {
  if (pieces.length === 0) return '';
  const [only] = pieces;
  return pieces.length === 1 && typeof only === 'string' ? only : undefined;
}

/** What KQL has an operator for: `text`, `text*`, `*text`, `*text*`; `any` for a lone `*`; `mixed` for the rest. */
export function shapeOf(
  pattern: Pattern,
):
  | { readonly kind: 'equals' | 'startswith' | 'endswith' | 'contains'; readonly text: string }
  | { readonly kind: 'any' | 'mixed' } {
  const whole = textOf(pattern);
  if (whole !== undefined) return { kind: 'equals', text: whole };
  const { pieces } = pattern;
  const inner = pieces.filter((p) => typeof p === 'string');
  const opens = isMany(pieces[0]);
  const closes = isMany(pieces.at(-1));
  if (pieces.length === 1 && opens) return { kind: 'any' };
  const isSimple = inner.length === 1 && pieces.length === 1 + Number(opens) + Number(closes);
  if (!isSimple || (!opens && !closes)) return { kind: 'mixed' };
  const kind = opens && closes ? 'contains' : opens ? 'endswith' : 'startswith';
  return { kind, text: inner[0] ?? '' };
}

/** As a regular expression over the whole text. */
export function regexOf({ pieces }: Pattern): string {
  const source = pieces.map((piece) =>
    typeof piece === 'string'
      ? piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      : piece.wildcard === 'many'
        ? '.*'
        : '.',
  );
  return `^${source.join('')}$`;
}
