/** A cell as texts: each element of a list, nothing for null and ''. */
export function textsOf(value: unknown): readonly string[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((v) => textsOf(v));
  if (typeof value === 'object') return [JSON.stringify(value)];
  if (typeof value === 'string' && /^\[.*\]$/s.test(value)) {
    try {
      const list: unknown = JSON.parse(value);
      if (Array.isArray(list)) return textsOf(list);
    } catch {
      // A text in brackets that is no JSON stands for itself.
    }
  }
  return [String(value)];
}

/** Puts a row's values in the place of `{{column}}`; a column that is not there becomes nothing. */
export function fill(format: string, row: Readonly<Record<string, unknown>>): string {
  return format.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) =>
    (Object.hasOwn(row, name) ? textsOf(row[name]) : []).slice(0, 10).join(', '),
  );
}
