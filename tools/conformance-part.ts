/** What the parts of the conformance runner have in common. */
/** What became of the cases of one kind. */
export interface KindScore {
  readonly kind: string;
  readonly passed: number;
  readonly failed: number;
  /** Cases outside what Weir claims, for a reason that holds for the whole kind. */
  readonly notApplicable: number;
}

export interface ConformanceOptions {
  /** Of the part: ROOT/kql or ROOT/data. */
  readonly root: string;
  readonly engine: string;
  /** Only these kinds; all when empty. */
  readonly kinds: readonly string[];
  /** Told of each failed case: its name and why. */
  readonly onFailure: (kind: string, name: string, why: string) => void;
}
