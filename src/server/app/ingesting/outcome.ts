import { CommandError } from '../command.ts';
import type { Totals } from './here.ts';

/**
 * What a load that ended like this must fail with, if anything. Objects among others that are no logs, or broken ones, are told and no
 * failure: folders hold such files. One that could not be read or stored always is.
 */
export function failureOf({
  objects,
  stored,
  known,
  refused,
  failed,
}: Pick<Totals, 'objects' | 'stored' | 'known' | 'refused' | 'failed'>): CommandError | undefined {
  const isNothing = stored + known === 0;
  if (failed > 0 && !isNothing)
    return new CommandError(
      'not everything could be read and stored',
      'The messages above say why. Give the same again then: what is stored is known.',
    );
  if (failed > 0 || (refused > 0 && isNothing))
    return new CommandError('nothing could be read', 'The messages above say why.');
  if (objects > 0) return undefined;
  return new CommandError(
    'nothing was found to read',
    'Check the paths: they hold no files, or only hidden or empty ones.',
  );
}
