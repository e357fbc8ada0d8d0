/**
 * What a worker has learnt about segment files. Segments never change, so a fact holds for ever. Asking costs a read of a
 * footer: of the files of a scan only the first is asked beforehand, since the engine reads the others as it reads that
 * one, and the rest when a query has stumbled over one.
 */
export interface FileFacts {
  isUnreadable(file: string): boolean;
  /** True where the engine reads these columns, in these types of its own, without being told so. */
  isAsDeclared(files: readonly string[], columns: readonly HeldColumn[]): boolean;
}

export interface HeldColumn {
  readonly name: string;
  readonly type: string;
}

export interface LearntFacts extends FileFacts {
  /** Looks into a file that nothing is known of yet. True when there was something to learn. */
  inspect(file: string): Promise<boolean>;
  /** Why files are unreadable, by file. */
  readonly unreadable: ReadonlyMap<string, string>;
  /**
   * Learns from the message of a failed query that read these files. True when it is worth running again: a file turned
   * out to be unreadable or to lack a column.
   */
  learn(message: string, files: readonly string[]): Promise<boolean>;
}

/** The columns of one Parquet file; throws what the engine says when it cannot be read. */
export type ReadColumns = (file: string) => Promise<readonly HeldColumn[]>;

const MAX_FILES = 200_000;

export function createFileFacts(readColumns: ReadColumns): LearntFacts {
  const unreadable = new Map<string, string>();
  const held = new Map<string, ReadonlyMap<string, string>>();

  async function inspect(file: string): Promise<boolean> {
    if (held.has(file) || unreadable.has(file)) return false;
    if (held.size > MAX_FILES) held.clear();
    try {
      held.set(file, new Map((await readColumns(file)).map((c) => [c.name, c.type])));
    } catch (error) {
      unreadable.set(file, firstLine(error instanceof Error ? error.message : String(error)));
    }
    return true;
  }

  return {
    inspect,
    unreadable,
    isUnreadable: (file) => unreadable.has(file),
    isAsDeclared([first, ...rest], columns) {
      const types = first === undefined ? undefined : held.get(first);
      return (
        types !== undefined &&
        columns.every((c) => types.get(c.name) === c.type) &&
        rest.every((file) => {
          const known = held.get(file);
          return known === undefined || columns.every((c) => known.has(c.name));
        })
      );
    },
    async learn(message, files) {
      const isBinding = message.startsWith('Binder Error') || message.includes('schema mismatch');
      if (isBinding) {
        let isNew = false;
        for (const file of files) isNew = (await inspect(file)) || isNew;
        return isNew;
      }
      const culprit = files.find((file) => message.includes(file));
      if (culprit === undefined || unreadable.has(culprit)) return false;
      await inspect(culprit);
      // Its footer is fine, but what the footer points at is not.
      if (!unreadable.has(culprit)) unreadable.set(culprit, firstLine(message));
      return true;
    },
  };
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
