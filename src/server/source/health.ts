import type { SkipReason, SourceHealth } from './source.ts';

/** What `Source.health` tells, kept while a source works. */
export class HealthLog {
  readonly #clock: () => number;
  readonly #says: (state: SourceHealth['state'], health: HealthLog) => string;
  readonly #skipped = new Map<SkipReason, { count: number; latest: string }>();
  readonly #failing = new Map<string, string>();
  #passFailures = 0;
  /** Null where silence is normal. */
  lateAfterMs: number | null;
  objects = 0;
  lastSuccess: number | null = null;
  lastChange: number | null = null;
  lastError: { at: number; message: string } | null = null;

  /** `clock` in µs. */
  constructor(
    clock: () => number,
    lateAfterMs: number | null,
    says: (state: SourceHealth['state'], health: HealthLog) => string,
  ) {
    this.#clock = clock;
    this.lateAfterMs = lateAfterMs;
    this.#says = says;
  }

  nowMs(): number {
    return this.#clock() / 1000;
  }

  skip(reason: SkipReason, name: string): void {
    const earlier = this.#skipped.get(reason);
    this.#skipped.set(reason, { count: (earlier?.count ?? 0) + 1, latest: name });
  }

  /** Before a pass that counts everything anew. */
  forgetSkipped(): void {
    const gone = this.#skipped.get('gone');
    this.#skipped.clear();
    if (gone) this.#skipped.set('gone', gone);
  }

  /** `at` in µs; null for now. */
  noteChange(at: number | null): void {
    this.lastChange = Math.max(this.lastChange ?? 0, at ?? this.#clock());
  }

  /** `objects` null: that pass did not see everything. */
  succeed(objects: number | null): void {
    if (objects !== null) this.objects = objects;
    this.lastSuccess = this.#clock();
    this.#passFailures = 0;
  }

  fail(error: unknown, name: string): void {
    const message = `${name}: ${messageOf(error)}`;
    this.#failing.set(name, message);
    this.lastError = { at: this.#clock(), message };
  }

  /** Returns how many passes have failed in a row. */
  failPass(error: unknown): number {
    this.lastError = { at: this.#clock(), message: messageOf(error) };
    return ++this.#passFailures;
  }

  forgive(name: string): void {
    this.#failing.delete(name);
  }

  forgiveAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#failing.keys()) if (!names.has(name)) this.#failing.delete(name);
  }

  get isPassFailing(): boolean {
    return this.#passFailures > 0;
  }

  get failing(): ReadonlyMap<string, string> {
    return this.#failing;
  }

  get(): SourceHealth {
    const state = this.#state();
    const { objects, lastSuccess, lastChange, lastError } = this;
    const skipped = Object.fromEntries(
      [...this.#skipped].map(([reason, { count, latest }]) => [reason, { count, latest }]),
    );
    const says = this.#says(state, this);
    return { state, says, objects, lastSuccess, lastChange, lastError, skipped };
  }

  #state(): SourceHealth['state'] {
    if (this.isPassFailing || this.#failing.size > 0) return 'error';
    if (this.objects === 0 && this.lastChange === null) return 'waiting';
    if (this.lateAfterMs === null || this.lastChange === null) return 'reading';
    return this.nowMs() - this.lastChange / 1000 > this.lateAfterMs ? 'late' : 'reading';
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
