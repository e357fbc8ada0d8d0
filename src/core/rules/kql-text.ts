/** A text as a KQL literal, in the form that is easiest to read. */
export function quote(text: string): string {
  const codes = Array.from(text, (char) => char.charCodeAt(0));
  if (codes.some(isControl)) {
    const chars = Array.from(text, (char, i) =>
      isControl(codes[i]!) ? escapeControl(char) : char,
    );
    return `"${chars.map((c) => (c === '"' || c === '\\' ? `\\${c}` : c)).join('')}"`;
  }
  if (text.includes('\\')) return `@"${text.replaceAll('"', '""')}"`;
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** Such characters cannot stand in a literal as they are. */
const isControl = (code: number) => code < 0x20 || code === 0x7f;
const escapeControl = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const WIDTH = 110;

/** `a, b, c`, over several lines when it is long. */
export function printList(items: readonly string[], indent = '    '): string {
  const whole = items.join(', ');
  if (whole.length <= WIDTH) return whole;
  const lines: string[] = [''];
  for (const [i, item] of items.entries()) {
    const piece = item + (i < items.length - 1 ? ',' : '');
    const last = lines.at(-1)!;
    if (last !== '' && last.length + piece.length > WIDTH) lines.push(piece);
    else lines[lines.length - 1] = last === '' ? piece : `${last} ${piece}`;
  }
  return `\n${lines.map((line) => indent + line).join('\n')}`;
}

/** Conditions joined by `and` or `or`, over several lines when they are long. */
export function printJunction(op: 'and' | 'or', parts: readonly string[]): string {
  const whole = parts.join(` ${op} `);
  return whole.length <= WIDTH ? whole : parts.join(`\n    ${op} `);
}

/** A name that KQL takes for a variable or a column. */
export function asName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}
