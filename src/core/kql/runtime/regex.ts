const compiled = new Map<string, RegExp>();

/** A pattern that matches nothing, for one that cannot be read. */
const NEVER = /[^\s\S]/g;

/**
 * An RE2 pattern as JavaScript's. RE2 knows `(?i)` at the front, `(?P<name>…)`, `\A`, `\z`, `\pL`, and POSIX classes,
 * which are rewritten; everything else the two spell alike. The last few are remembered.
 */
export function compileRegex(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`;
  let regex = compiled.get(key);
  if (!regex) {
    if (compiled.size > 200) compiled.clear();
    regex = make(source, flags);
    compiled.set(key, regex);
  }
  regex.lastIndex = 0;
  return regex;
}

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

function make(source: string, flags: string): RegExp {
  let pattern = source;
  const wanted = new Set(flags);
  const head = /^\(\?([imsU]+)\)/.exec(pattern);
  if (head) {
    pattern = pattern.slice(head[0].length);
    for (const flag of head[1]!) if (flag !== 'U') wanted.add(flag);
  }
  pattern = pattern
    .replaceAll('(?P<', '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\[:(\w+):\]/g, (m, name: string) => POSIX[name] ?? m)
    .replace(/\\p([LN])/g, '\\p{$1}')
    .replace(/\\x\{([0-9A-Fa-f]+)\}/g, '\\u{$1}');
  const list = [...wanted].join('');
  const isUnicode = /\\p\{|\\u\{/.test(pattern);
  return (
    attempt(pattern.replaceAll('\\d', '\\p{Nd}'), `${list}u`) ??
    attempt(pattern, isUnicode ? `${list}u` : list) ??
    NEVER
  );
}

/** Null where the pattern cannot be read. */
function attempt(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return null;
  }
}
