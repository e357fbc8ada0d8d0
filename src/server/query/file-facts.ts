/**
 * What a worker has learnt about segment files. Segments never change, so a fact holds for ever; nothing is asked of a
 * file until a query has stumbled over it, because asking costs a read of every footer.
 */
export interface FileFacts {
  isUnreadable(file: string): boolean;
  lacks(file: string, column: string): boolean;
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

/** The names of the columns of one Parquet file; throws what the engine says when it cannot be read. */
export type ReadColumns = (file: string) => Promise<readonly string[]>;

const MAX_FILES = 200_000;

export function createFileFacts(readColumns: ReadColumns): LearntFacts {
  const unreadable = new Map<string, string>();
  const columns = new Map<string, ReadonlySet<string>>();

  async function inspect(file: string): Promise<boolean> {
    if (columns.has(file) || unreadable.has(file)) return false;
    if (columns.size > MAX_FILES) columns.clear();
    try {
      columns.set(file, new Set(await readColumns(file)));
    } catch (error) {
      unreadable.set(file, firstLine(error instanceof Error ? error.message : String(error)));
    }
    return true;
  }

  return {
    inspect,
    unreadable,
    isUnreadable: (file) => unreadable.has(file),
    lacks: (file, column) => columns.get(file)?.has(column) === false,
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
