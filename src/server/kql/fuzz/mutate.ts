import type { Tape } from '../oracle/tape.ts';
import { SCRAPS } from './hostile.ts';

const TOKEN = /\s+|[\p{L}\p{N}_]+|"[^"]*"|'[^']*'|[^\s\p{L}\p{N}]/gu;

type Mutation = (tokens: string[], tape: Tape) => string[];

const at = (tokens: readonly string[], tape: Tape) => tape.below(Math.max(1, tokens.length));

const MUTATIONS: readonly Mutation[] = [
  (x, t) => x.slice(0, at(x, t)),
  (x, t) => x.slice(at(x, t)),
  (x, t) => x.toSpliced(at(x, t), 1 + t.below(3)),
  (x, t) => {
    const i = at(x, t);
    return x.toSpliced(i, 0, ...x.slice(i, i + 1 + t.below(8)));
  },
  (x, t) => {
    const [i, j] = [at(x, t), at(x, t)];
    return x.map((token, k) => (k === i ? x[j]! : k === j ? x[i]! : token));
  },
  (x, t) => x.toSpliced(at(x, t), 0, t.pick(SCRAPS)),
  (x, t) => x.toSpliced(at(x, t), 1, t.pick(SCRAPS)),
  (x, t) => x.toSpliced(at(x, t), 1, x[at(x, t)] ?? ''),
  // Half a character, half a token.
  (x, t) => [x.join('').slice(0, t.below(x.join('').length + 1))],
];

/** A query with up to five mistakes in it. */
export function mutated(query: string, tape: Tape): string {
  let tokens: string[] = [...(query.match(TOKEN) ?? [])];
  for (const mutate of tape.times(1, 5, () => tape.pick(MUTATIONS))) tokens = mutate(tokens, tape);
  return tokens.join('');
}

const nested = (open: string, inside: string, close: string, depth: number) =>
  open.repeat(depth) + inside + close.repeat(depth);

/** Queries that are deep or long, by how deep. */
export const DEEP: Readonly<Record<string, (depth: number) => string>> = {
  parentheses: (n) => `print ${nested('(', '1', ')', n)}`,
  calls: (n) => `print ${nested('abs(', '1', ')', n)}`,
  nots: (n) => `Events | where ${nested('not(', 'Bytes > 1', ')', n)}`,
  arrays: (n) => `print dynamic(${nested('[', '1', ']', n)})`,
  bags: (n) => `print dynamic(${nested('{"a":', '1', '}', n)})`,
  'parsed arrays': (n) => `print parse_json("${nested('[', '1', ']', n)}")[0]`,
  ors: (n) => `Events | where ${Array.from({ length: n }, (_, i) => `Bytes == ${i}`).join(' or ')}`,
  sums: (n) => `print ${Array.from({ length: n }, () => '1').join(' + ')}`,
  pipes: (n) => `Events${' | where Bytes > 1'.repeat(n)}`,
  extends: (n) => `Events${' | extend Bytes = Bytes + 1'.repeat(n)}`,
  subqueries: (n) => nested('union (', 'Events', ')', n),
  joins: (n) => `Events${' | join kind=leftsemi Events on Host'.repeat(n)}`,
  lets: (n) =>
    `${Array.from({ length: n }, (_, i) => `let v${i} = ${i === 0 ? '1' : `v${i - 1} + v${i - 1}`};`).join('\n')}\nprint v${n - 1}`,
  'tabular lets': (n) =>
    `${Array.from({ length: n }, (_, i) => `let t${i} = ${i === 0 ? 'Events' : `union t${i - 1}, t${i - 1} | take 1`};`).join('\n')}\nt${n - 1}`,
  paths: (n) => `print dynamic({})${'.a'.repeat(n)}`,
  cases: (n) =>
    `print case(${Array.from({ length: n }, (_, i) => `rand() == ${i}, ${i}`).join(', ')}, 0)`,
  columns: (n) => `print ${Array.from({ length: n }, (_, i) => `c${i} = ${i}`).join(', ')}`,
  text: (n) => `print strlen("${'x'.repeat(n * 100)}")`,
  comment: (n) => `print 1 // ${'/*'.repeat(n * 10)}`,
  quotes: (n) => `print "${'\\"'.repeat(n)}"`,
  regex: (n) => `print "a" matches regex "${nested('(', 'a', ')*', n)}"`,
};
