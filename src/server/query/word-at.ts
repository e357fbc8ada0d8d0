/** The name that an offset stands in or right behind; nothing of length 0 when there is none. */
export function wordAt(text: string, offset: number): { start: number; length: number } {
  const isPart = (at: number) => /[\p{L}\p{N}_$]/u.test(text[at] ?? '');
  let start = offset;
  while (start > 0 && isPart(start - 1)) start -= 1;
  let end = offset;
  while (end < text.length && isPart(end)) end += 1;
  return { start, length: end - start };
}
