import type { Completion, Diagnostic, Fix, Hover, Signature } from '#core/contract/index.ts';
import type { QueryText } from '#web/base/kql-text.ts';

/** What the server tells about the text while somebody types; positions are those of the whole text. */
export interface EditorHelp {
  /** What is wrong; nothing when that cannot be found out. */
  readonly check: (text: string) => Promise<readonly Diagnostic[]>;
  readonly complete: (
    text: string,
    position: number,
  ) => Promise<
    | { readonly start: number; readonly length: number; readonly items: readonly Completion[] }
    | undefined
  >;
  readonly hover: (text: string, position: number) => Promise<Hover | undefined>;
  readonly signature: (text: string, position: number) => Promise<Signature | undefined>;
  /** The query at the position laid out, in place of [start, end); undefined when nothing changes. */
  readonly format: (
    text: string,
    position: number,
  ) => Promise<{ readonly start: number; readonly end: number; readonly text: string } | undefined>;
}

export interface EditorOptions extends EditorHelp {
  readonly text: string;
  /** Where the cursor begins. */
  readonly cursor: number;
  readonly onChange: (text: string) => void;
  /** Shift and Enter, or the command key and Enter. */
  readonly onRun: () => void;
}

/** What a run marks as wrong. */
export type Mark = Pick<Diagnostic, 'start' | 'length' | 'severity' | 'message' | 'hint'>;

/** An open editor. */
export interface EditorHandle {
  readonly setText: (text: string) => void;
  /** What a run means: the selection, else the query with the cursor; undefined when there is none. */
  readonly current: () => (QueryText & { readonly isSelection: boolean }) | undefined;
  /** Puts text where the cursor is. */
  readonly insert: (text: string) => void;
  /** Underlines what a run found wrong. */
  readonly mark: (found: readonly Mark[]) => void;
  /** Makes a change that mends something. */
  readonly fix: (fix: Fix) => void;
  /** Lays out the query with the cursor; false when there was nothing to change. */
  readonly format: () => Promise<boolean>;
  readonly focus: () => void;
  readonly goTo: (start: number) => void;
  /** Puts the cursor somewhere, and leaves the focus where it is. */
  readonly moveTo: (start: number) => void;
  readonly close: () => void;
}
