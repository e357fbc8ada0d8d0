import { didYouMean } from '#core/base/index.ts';
import { FORMATS, type Format, formatsByName } from '#core/decode/index.ts';
import { UsageError } from './command.ts';

/** The format that a person named; undefined when none was. Throws UsageError for a name that is not one. */
export function findFormat(name: string | undefined): Format | undefined {
  if (name === undefined) return undefined;
  const format = formatsByName.get(name);
  if (format) return format;
  const names = FORMATS.map((f) => f.name);
  throw new UsageError(
    `there is no format ${name}`,
    didYouMean(name, names) || `Formats are ${names.join(', ')}.`,
  );
}
