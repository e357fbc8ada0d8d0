import type { Finding } from '#core/alert/index.ts';
import {
  type AnyDetector,
  type Knowledge,
  makeFinding,
  type Span,
  toRows,
  valuesOf,
} from '#core/detect/index.ts';
import type { QueryService } from '#server/query/index.ts';

/** What one look of one detector came to. */
export interface Look {
  readonly findings: readonly Finding[];
  /** Rows that the engine left to be scored. */
  readonly candidates: number;
  readonly ms: number;
  /** True where the answer was cut: there were more candidates than may be read. */
  readonly isCut: boolean;
}

/** Whose queries these are: users take turns, so that people do not wait for detection. */
const USER = 'detection';
const TIMEOUT_MS = 180_000;

/** Asks the engine for candidates and scores them. Rejects with QueryError. */
export async function runDetector(
  detector: AnyDetector,
  span: Span,
  knowledge: Knowledge,
  deps: { readonly query: QueryService; readonly signal?: AbortSignal },
  set: Readonly<Record<string, number>> = {},
): Promise<Look> {
  const startedAt = performance.now();
  const pass = { ...span, knowledge, values: valuesOf(detector, set) };
  const text = detector.candidates(pass);
  if (text === undefined) return { findings: [], candidates: 0, ms: 0, isCut: false };
  const { columns, rows, truncated } = await ask(deps, text);
  const claims = detector.score(toRows(columns, rows), pass);
  return {
    findings: claims.map((claim) => makeFinding(detector, claim)),
    candidates: rows.length,
    ms: performance.now() - startedAt,
    isCut: truncated !== undefined,
  };
}

export function ask(
  { query, signal }: { readonly query: QueryService; readonly signal?: AbortSignal },
  text: string,
) {
  return query.query({
    text,
    user: USER,
    limits: { timeoutMs: TIMEOUT_MS },
    ...(signal ? { signal } : {}),
  });
}
