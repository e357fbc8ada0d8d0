/** Which edges of a term have to be boundaries. */
export type TermEdge = 'both' | 'start' | 'end';

const WORD = /[\p{L}\p{N}]/u;

function isWord(text: string, index: number): boolean {
  const char = text[index];
  if (char === undefined) return false;
  const code = char.charCodeAt(0);
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return WORD.test(char);
}

/** Whether the text holds the term at boundaries between runs of letters and digits and everything else. */
export function hasTerm(text: string, term: string, isCased: boolean, edge: TermEdge): boolean {
  if (term === '') return true;
  const haystack = isCased ? text : text.toLowerCase();
  const needle = isCased ? term : term.toLowerCase();
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const startsWell = edge === 'end' || !isWord(haystack, at - 1) || !isWord(needle, 0);
    const endsWell =
      edge === 'start' ||
      !isWord(haystack, at + needle.length) ||
      !isWord(needle, needle.length - 1);
    if (startsWell && endsWell) return true;
  }
  return false;
}
