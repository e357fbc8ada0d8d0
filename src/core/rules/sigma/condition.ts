/** A condition over the names of searches. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly op: 'not'; readonly part: Condition }
  | { readonly op: 'name'; readonly name: string };

/** Thrown with what is wrong and what to write instead. */
export class ConditionError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

const MAX_DEPTH = 100;

/**
 * Reads a condition. From weakest to strongest: or, and, not, `1 of x*`, parentheses (Sigma specification 2.1.0,
 * "condition"). `names` are the searches of the rule, which `them` and patterns stand for. Throws ConditionError.
 */
export function readCondition(text: string, names: readonly string[]): Condition {
  const tokens = text.match(/[()|]|[^\s()|]+/g) ?? [];
  let at = 0;
  const word = () => tokens[at]?.toLowerCase();
  const take = () => tokens[at++];

  function either(depth: number): Condition {
    if (depth > MAX_DEPTH)
      throw new ConditionError('the condition is nested too deeply', 'Split it.');
    return chain('or', () => chain('and', () => unary(depth)));
  }

  function chain(op: 'and' | 'or', next: () => Condition): Condition {
    const parts = [next()];
    while (word() === op) {
      take();
      parts.push(next());
    }
    return parts.length === 1 ? parts[0]! : { op, parts };
  }

  function unary(depth: number): Condition {
    if (word() === 'not') {
      take();
      if (depth > MAX_DEPTH)
        throw new ConditionError('the condition is nested too deeply', 'Split it.');
      return { op: 'not', part: unary(depth + 1) };
    }
    if (word() === '(') {
      take();
      const inner = either(depth + 1);
      if (take() !== ')') throw new ConditionError('a parenthesis is not closed', 'Add ).');
      return inner;
    }
    if (['1', 'all', 'any'].includes(word() ?? '') && tokens[at + 1]?.toLowerCase() === 'of')
      return quantified();
    return named();
  }

  function quantified(): Condition {
    const isAll = take()?.toLowerCase() === 'all';
    take();
    const pattern = take();
    if (pattern === undefined || /^[()|]$/.test(pattern))
      throw new ConditionError(
        'nothing follows "of"',
        'Name searches: 1 of selection_*, or all of them.',
      );
    const found = matching(pattern, names);
    if (found.length === 0)
      throw new ConditionError(
        `no search is called ${pattern}`,
        `The rule has ${names.join(', ')}.`,
      );
    const parts = found.map((name): Condition => ({ op: 'name', name }));
    return parts.length === 1 ? parts[0]! : { op: isAll ? 'and' : 'or', parts };
  }

  function named(): Condition {
    const name = take();
    if (name === undefined) throw new ConditionError('the condition ends early', 'Name a search.');
    if (name === '|')
      throw new ConditionError(
        'aggregations in the condition (| count() …) are not part of Sigma any more',
        'Write a correlation of type event_count or value_count.',
      );
    if (!names.includes(name))
      throw new ConditionError(`no search is called ${name}`, `The rule has ${names.join(', ')}.`);
    return { op: 'name', name };
  }

  const condition = either(0);
  if (word() === '|') named();
  if (at < tokens.length)
    throw new ConditionError(
      `${tokens[at]} is not understood in the condition`,
      'Join searches with and, or, not.',
    );
  return condition;
}

function matching(pattern: string, names: readonly string[]): readonly string[] {
  if (pattern.toLowerCase() === 'them') return names.filter((name) => !name.startsWith('_'));
  const source = pattern.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*');
  const wanted = new RegExp(`^${source}$`);
  return names.filter((name) => wanted.test(name));
}
