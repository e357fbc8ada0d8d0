import { randomInt } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import {
  effectiveConfidence,
  flagOf,
  type IndicatorType,
  indicatorOf,
  MatcherBuilder,
  type Role,
  TERM_FLAGS,
  WarningLists,
  writeMatcher,
} from '#core/intel/index.ts';
import type { DuckDBValue, Duckdb } from '#server/duckdb/index.ts';
import type { CompileJob, CompileResult } from './messages.ts';
import { relation } from './relation.ts';
import { loadWarningLists } from './warning-files.ts';

const READ =
  'IndicatorType ObservableValue Port Role Confidence FirstSeen LastSeen ValidUntil Created'.split(
    ' ',
  );
const COLUMNS =
  '"IndicatorType", "ObservableValue", "Port", "Role", "Confidence", epoch_us("FirstSeen"), epoch_us("LastSeen"), epoch_us("ValidUntil")';

/** Compiles what all feeds say now to one file, which replaces the one that is there. */
export async function compile(job: CompileJob, engine: Duckdb): Promise<CompileResult> {
  const lists = new WarningLists(loadWarningLists(job.warningLists));
  const harmless = new Set(job.harmless);
  const builder = new MatcherBuilder(
    job.feeds.map((feed) => feed.name),
    randomInt(2 ** 31),
  );
  for (const [number, feed] of job.feeds.entries()) {
    if (feed.files.length === 0) continue;
    const within = job.created
      ? ` AND "Created" > make_timestamp(${job.created.after}) AND "Created" <= make_timestamp(${job.created.upTo})`
      : '';
    const sql = `SELECT ${COLUMNS} FROM ${relation('ThreatIntelIndicators', feed.files, READ)} WHERE ("ValidUntil" IS NULL OR "ValidUntil" > make_timestamp(${job.now}))${within}`;
    for await (const rows of engine.stream(sql))
      for (const row of rows) {
        const indicator = readRow(row);
        if (harmless.has(indicator.value)) continue;
        const warning = lists.check(indicator);
        if (warning?.class === 'never') continue;
        const flags = flagOf(warning);
        builder.add(indicator, {
          feed: number,
          role: indicator.role,
          confidence: effectiveConfidence(indicator, feed, {
            now: job.now,
            fetched: feed.fetched,
            isShared: (flags & TERM_FLAGS.shared) !== 0,
          }),
          firstSeen: indicator.firstSeen,
          validUntil: indicator.validUntil,
          flags,
        });
      }
  }
  const matcher = builder.build();
  const buffer = writeMatcher(matcher, (bytes) => new ArrayBuffer(bytes));
  writeFileSync(`${job.out}.new`, new Uint8Array(buffer));
  renameSync(`${job.out}.new`, job.out);
  return {
    terms: matcher.size,
    sizeBytes: buffer.byteLength,
    unevaluatedLists: lists.refused.length,
  };
}

function readRow(row: readonly DuckDBValue[]) {
  const [type, value, port, role, confidence, firstSeen, lastSeen, validUntil] = row;
  const number = (of: DuckDBValue | undefined) =>
    of === null || of === undefined ? null : Number(of);
  const text = String(value);
  return indicatorOf(
    { type: String(type) as IndicatorType, value: text, port: number(port) },
    text,
    {
      role: String(role) as Role,
      confidence: number(confidence),
      firstSeen: number(firstSeen),
      lastSeen: number(lastSeen),
      validUntil: number(validUntil),
    },
  );
}
