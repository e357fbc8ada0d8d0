import type { Completion, Diagnostic, Hover } from '#core/contract/index.ts';

export interface EditorOptions {
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Shift and Enter, or the command key and Enter. */
  readonly onRun: () => void;
  /** What is wrong with a text; nothing when that cannot be found out. */
  readonly check: (text: string) => Promise<readonly Diagnostic[]>;
  readonly complete: (
    text: string,
    position: number,
  ) => Promise<
    | { readonly start: number; readonly length: number; readonly items: readonly Completion[] }
    | undefined
  >;
  readonly hover: (text: string, position: number) => Promise<Hover | undefined>;
}

/** An open editor. */
export interface EditorHandle {
  readonly setText: (text: string) => void;
  /** Puts text where the cursor is. */
  readonly insert: (text: string) => void;
  /** Underlines what a run found wrong. */
  readonly mark: (
    found: readonly Pick<Diagnostic, 'start' | 'length' | 'severity' | 'message' | 'hint'>[],
  ) => void;
  readonly focus: () => void;
  readonly goTo: (start: number) => void;
  readonly close: () => void;
}
