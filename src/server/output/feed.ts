import type { Message } from '#core/output/index.ts';

/** What comes next, in order. */
export interface Batch {
  readonly messages: readonly Message[];
  /** Rows that will never come: their files went before they were read. */
  readonly lost: number;
  /** Moves the position past all of it. Called once, in a transaction of the store's state, when everything is settled. */
  settle(): void;
}

/** Where the messages of one output come from. Its position is kept in the store, and moved by `settle` alone. */
export interface Feed {
  /** At most `limit` messages from the position on; undefined when there is nothing now. Throws when it cannot tell. */
  read(limit: number, signal: AbortSignal): Promise<Batch | undefined>;
  /** How much is behind the position: messages as far as is known, and since when, µs. */
  waiting(): { readonly messages: number | null; readonly since: number | undefined };
  /** When to look again without being woken, ms from now. */
  pollMs(): number;
  /** Lets go of what is open. */
  close(): Promise<void>;
}
