import { readPattern, widen } from '../pattern.ts';
import { eachValue, type Item, type Modifier, ModifierError, needText } from './modifier.ts';

/** Modifiers that say where in a field a value stands, and how it is compared. */

function widening(name: 'startswith' | 'endswith' | 'contains'): Modifier {
  const where = { start: name !== 'startswith', end: name !== 'endswith' };
  return {
    name,
    apply(item) {
      if (item.how === 'field') return { ...item, place: name };
      if (item.how === 'regex')
        throw new ModifierError(
          `${name} does not go with re`,
          'Write it as part of the expression.',
        );
      return eachValue(item, (value) => {
        if (value.kind === 'bytes')
          throw new ModifierError(`${name} follows bytes`, 'Put base64 or base64offset before it.');
        const text = needText(value, name);
        return [{ ...text, pattern: widen(text.pattern, where) }];
      });
    },
  };
}

export const startswith = widening('startswith');
export const endswith = widening('endswith');
export const contains = widening('contains');

export const all: Modifier = {
  name: 'all',
  apply(item) {
    if (item.written < 2)
      throw new ModifierError(
        'all needs a list of values',
        'Take |all away, or write two values or more.',
      );
    return { ...item, isAll: true };
  },
};

export const cased: Modifier = { name: 'cased', apply: (item) => ({ ...item, isCased: true }) };
export const neq: Modifier = { name: 'neq', apply: (item) => ({ ...item, isNegated: true }) };

export const exists: Modifier = {
  name: 'exists',
  apply(item) {
    for (const value of item.values)
      if (value.kind !== 'boolean')
        throw new ModifierError(
          'exists asks for true or false',
          'Write true or false, without quotes.',
        );
    return { ...item, how: 'exists' };
  },
};

export const fieldref: Modifier = {
  name: 'fieldref',
  apply: (item) => ({ ...item, how: 'field' }),
};

export const cidr: Modifier = {
  name: 'cidr',
  apply(item) {
    for (const value of item.values)
      if (value.kind !== 'text' || !/^[0-9a-fA-F:.]+\/\d{1,3}$/.test(value.raw))
        throw new ModifierError(
          'cidr asks for a range of addresses',
          'Write 10.0.0.0/8 or fe80::/10.',
        );
    return { ...item, how: 'cidr' };
  },
};

/** Metacharacters outside Sigma's subset of PCRE that linear-time engines cannot run. */
const BACKTRACKING = /\(\?(?:[=!>]|<[=!])|\\[1-9]|\(\?\(|[*+?}]\+/;

export const re: Modifier = {
  name: 're',
  apply(item) {
    for (const value of item.values) {
      const { raw } = needText(value, 're');
      if (BACKTRACKING.test(raw))
        throw new ModifierError(
          'the expression looks around or back, which Sigma does not allow and Weir does not run',
          'Write it without (?=…), (?!…), \\1 and possessive quantifiers.',
        );
    }
    return { ...item, how: 'regex' };
  },
};

function regexFlag(name: 'i' | 'm' | 's'): Modifier {
  return {
    name,
    apply(item: Item) {
      if (item.how !== 'regex') throw new ModifierError(`${name} follows re`, `Write |re|${name}.`);
      return { ...item, flags: item.flags + name };
    },
  };
}

export const ignoreCase = regexFlag('i');
export const multiLine = regexFlag('m');
export const singleLine = regexFlag('s');

/** `%name%` becomes each value that the configuration gives for it. */
export const expand: Modifier = {
  name: 'expand',
  apply: (item, { placeholders }) =>
    eachValue(item, (value) => {
      const { raw } = needText(value, 'expand');
      const name = /%([^%\s]+)%/.exec(raw)?.[1];
      if (name === undefined) return [value];
      const known = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
      if (!known || known.length === 0)
        throw new ModifierError(
          `nothing is known of %${name}%`,
          `Add rules.placeholders.${name} with its values to weir.yaml.`,
        );
      return known.map((found) => {
        const text = raw.replace(`%${name}%`, found);
        return { kind: 'text' as const, pattern: readPattern(text), raw: text };
      });
    }),
};
