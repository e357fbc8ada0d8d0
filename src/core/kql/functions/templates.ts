import type { FunctionGroup } from '../dialect/dialect.ts';
import { classifier, type Taught } from '../runtime/templates.ts';
import { asText } from '../runtime/value.ts';
import { hosts } from './host.ts';

type Classify = (text: string) => string;

/** All rows of a query ask for the same patterns, so the last classifier is kept. */
function remembering(): (taught: string, characters: string) => Classify {
  let last: { taught: string; characters: string; classify: Classify } | null = null;
  return (taught, characters) => {
    if (last?.taught !== taught || last.characters !== characters) {
      const read: Taught = JSON.parse(taught);
      last = { taught, characters, classify: classifier(read, characters) };
    }
    return last.classify;
  };
}

const classifierOf = remembering();

export const templateFunctions: FunctionGroup = hosts([
  {
    /** The planner's own: the pattern of a text, by what was taught (as JSON) and what separates words. */
    name: '$template',
    takes: ['string', 'string', 'string'],
    gives: 'string',
    call: (text, taught, characters) =>
      classifierOf(asText(taught), asText(characters))(asText(text)),
  },
]);
