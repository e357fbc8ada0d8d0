import { readFileSync } from 'node:fs';
import { CommandError } from '../command.ts';

/** The secret that `file:PATH` or `env:NAME` refers to. Throws CommandError when it is not there. */
export function readSecret(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const place = reference.slice(reference.indexOf(':') + 1);
  if (reference.startsWith('env:')) {
    const value = env[place];
    if (value) return value;
    throw new CommandError(
      `the environment variable ${place} is not set`,
      'It should hold a secret: set it and start again.',
    );
  }
  if (reference.startsWith('file:'))
    try {
      return readFileSync(place, 'utf8').trim();
    } catch (error) {
      throw new CommandError(
        `the secret in ${place} cannot be read`,
        'Check the path and its permissions.',
        error,
      );
    }
  throw new CommandError(
    'a secret is given as text',
    'Put it in a file or a variable and write file:PATH or env:NAME instead.',
  );
}
