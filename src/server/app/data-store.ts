import {
  openReader,
  openStore,
  type Store,
  StoreError,
  type StoreReader,
} from '#server/store/index.ts';
import { CommandError } from './command.ts';

/** Opens DATA for reading; what is wrong with it becomes a CommandError. */
export function openDataReader(folder: string): StoreReader {
  try {
    return openReader({ folder });
  } catch (error) {
    throw asCommandError(error);
  }
}

/** Opens DATA for writing, making it when it is not there; what is wrong with it becomes a CommandError. */
export async function openDataStore(folder: string): Promise<Store> {
  try {
    return await openStore({ folder, clock: () => Date.now() * 1000 });
  } catch (error) {
    throw asCommandError(error);
  }
}

/** What the store says about DATA is meant for people and says what to do; everything else is passed on. */
export function asCommandError(error: unknown): unknown {
  if (error instanceof StoreError) return new CommandError(error.message, '', error);
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new CommandError(
      `the data folder cannot be written to: ${(error as Error).message}`,
      'Give this user the right to, or name another folder with --data.',
      error,
    );
  return error;
}
