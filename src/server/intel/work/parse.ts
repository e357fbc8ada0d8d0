import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  type FeedTotals,
  type Indicator,
  type Refusal,
  type RefusedEntry,
  readFeed,
  WarningLists,
} from '#core/intel/index.ts';
import { threatIntelIndicators } from '#core/schema/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import type { ParseJob, ParseResult } from './messages.ts';
import { literal, literals, relation } from './relation.ts';
import { IndicatorRows } from './rows.ts';
import { loadWarningLists } from './warning-files.ts';

/** Reads the documents of one sync and writes what the feed says now as one file of rows. */
export async function parse(job: ParseJob, engine: Duckdb): Promise<ParseResult> {
  const lists = new WarningLists(loadWarningLists(job.warningLists));
  const rows = new IndicatorRows(job);
  const withdrawn = new Set<string>();
  const sum = new Sum();
  for (const file of job.files) {
    const sink = {
      add(indicator: Indicator) {
        if (lists.check(indicator)?.class === 'never') sum.dropped(indicator);
        else
          rows.add(
            job.role && indicator.role === 'unknown' ? { ...indicator, role: job.role } : indicator,
          );
      },
      withdraw: (id: string) => void withdrawn.add(id),
    };
    sum.add(readFeed(readFileSync(file, 'utf8'), sink, job.format));
  }
  // What was never there before needs nothing of the engine.
  if (job.old.length === 0) {
    if (rows.rows > 0) writeFileSync(job.out, rows.finish());
    return { totals: sum.totals(), rows: rows.rows };
  }
  const fresh = rows.rows > 0 ? `${job.scratch}.fresh` : undefined;
  if (fresh !== undefined) writeFileSync(fresh, rows.finish());
  try {
    const count = await joinWithOld(job, fresh, [...withdrawn], engine);
    return { totals: sum.totals(), rows: count };
  } finally {
    if (fresh !== undefined) rmSync(fresh, { force: true });
  }
}

/**
 * What the feed said before stays known: since when a value is named, and, of a whole list, what is missing for the first
 * time; of others, everything that has neither ended nor been withdrawn. Returns how many rows that are.
 */
async function joinWithOld(
  job: ParseJob,
  fresh: string | undefined,
  withdrawn: readonly string[],
  engine: Duckdb,
): Promise<number> {
  const now = `make_timestamp(${job.now})`;
  const columns = threatIntelIndicators.columns.map((c) => `"${c.name}"`).join(', ');
  const old = relation(threatIntelIndicators.name, job.old);
  const kept = columns
    .replace('"TimeGenerated"', `${now} AS "TimeGenerated"`)
    .replace('"IsActive"', `("ValidUntil" IS NULL OR "ValidUntil" > ${now}) AS "IsActive"`);
  const conditions = [
    job.isWholeList
      ? `"Modified" >= make_timestamp(${job.before ?? job.now})`
      : `("ValidUntil" IS NULL OR "ValidUntil" > ${now})`,
  ];
  if (withdrawn.length > 0)
    conditions.push(`NOT list_contains(${literals(withdrawn)}, "SourceId")`);
  const parts: string[] = [];
  if (fresh !== undefined) {
    const named = relation(threatIntelIndicators.name, [fresh]);
    const joined = columns.replace('"Created"', 'coalesce(o.was, n."Created") AS "Created"');
    parts.push(
      `SELECT ${joined} FROM ${named} n LEFT JOIN (SELECT "Id" AS known, min("Created") AS was FROM ${old} GROUP BY 1) o ON o.known = n."Id"`,
    );
    conditions.push(`"Id" NOT IN (SELECT "Id" FROM ${named})`);
  }
  parts.push(`SELECT ${kept} FROM ${old} WHERE ${conditions.join(' AND ')}`);
  const { rowsChanged } = await engine.run(
    `COPY (${parts.join(' UNION ALL ')}) TO ${literal(job.out)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  if (rowsChanged === 0) rmSync(job.out, { force: true });
  return rowsChanged;
}

const SAMPLES = 20;

/** Totals of several documents. */
class Sum {
  #format = '';
  #counts = { entries: 0, taken: 0, withdrawn: 0, indicators: 0 };
  readonly #refusals: Partial<Record<Refusal, number>> = {};
  readonly #samples: RefusedEntry[] = [];

  add(totals: FeedTotals): void {
    this.#format ||= totals.format;
    for (const name of ['entries', 'taken', 'withdrawn', 'indicators'] as const)
      this.#counts[name] += totals[name];
    for (const [reason, count] of Object.entries(totals.refusals) as [Refusal, number][])
      this.#refusals[reason] = (this.#refusals[reason] ?? 0) + count;
    this.#samples.push(...totals.samples.slice(0, SAMPLES - this.#samples.length));
  }

  /** An indicator that a warning list forbids. */
  dropped(indicator: Indicator): void {
    this.#refusals['warning-list'] = (this.#refusals['warning-list'] ?? 0) + 1;
    this.#counts.taken--;
    this.#counts.indicators--;
    if (this.#samples.length < SAMPLES)
      this.#samples.push({ at: 0, refused: 'warning-list', detail: indicator.value });
  }

  totals(): FeedTotals {
    return {
      format: this.#format,
      ...this.#counts,
      refusals: this.#refusals,
      samples: this.#samples,
    };
  }
}
