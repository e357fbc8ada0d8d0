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
  /** What was left out where there were more candidates than one answer may hold. */
  readonly cut?: string;
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
  if (text === undefined) return { findings: [], candidates: 0, ms: 0 };
  const { columns, rows, truncated } = await ask(deps, text);
  const claims = detector.score(toRows(columns, rows), pass);
  return {
    findings: claims.map((claim) => makeFinding(detector, claim)),
    candidates: rows.length,
    ms: performance.now() - startedAt,
    ...(truncated ? { cut: tellCut(rows.length, truncated) } : {}),
  };
}

const tellCut = (rows: number, { by, limit }: { by: string; limit: number }): string =>
  `More was worth scoring than one answer may hold (${limit.toLocaleString('en-US')} ${by}): the first ${rows.toLocaleString('en-US')} rows were scored, the rest was not looked at. Narrow the time with weir detect --from --to, or give scanners and gateways their roles.`;

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
