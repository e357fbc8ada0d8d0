import { KQL_TYPES, UNITS } from '../../schema/index.ts';
import { apiError } from '../errors.ts';
import { defineRoute } from '../route.ts';
import { nothing, queryText, timespan } from '../shapes.ts';
import { z } from '../zod.ts';

export const resultColumn = z.object({
  name: z.string(),
  type: z.enum(KQL_TYPES),
  unit: z.enum(UNITS),
});
export type ResultColumn = z.infer<typeof resultColumn>;

/** The `render` of a query: `visualization` as KQL spells it (`timechart`), properties by their KQL names. */
export const render = z.object({
  visualization: z.string(),
  properties: z.record(z.string(), z.unknown()),
});
export type Render = z.infer<typeof render>;

/** Stops a query early; the server's own limits hold as well, the smaller wins. */
export const queryLimits = z.strictObject({
  rows: z.int().min(1).max(1_000_000).optional(),
  bytes: z.int().min(1024).optional(),
  timeMs: z.int().min(1).max(600_000).optional(),
});

const queryInput = z.strictObject({
  query: queryText,
  /** Restricts the time column of every table that the query reads. */
  timespan: timespan.optional(),
  /** Values for the names that the query declares with `declare query_parameters(…)`. */
  parameters: z
    .record(z.string().max(128), z.union([z.string(), z.number(), z.boolean()]))
    .optional(),
  limits: queryLimits.optional(),
  /** Which of several results, counted from 0: of expressions with semicolons between, or of `fork`. The last if absent. */
  result: z.int().min(0).max(1000).optional(),
});
export type QueryInput = z.infer<typeof queryInput>;

/**
 * Rows in the order of `columns`. Cells: datetime is ISO 8601 UTC, timespan `d.hh:mm:ss.fffffff`, dynamic JSON, long a
 * number or, past 2^53, text; a null is null and an empty string is "".
 */
export const queryResult = z.object({
  columns: z.array(resultColumn),
  rows: z.array(z.array(z.unknown())),
  render: render.optional(),
  stats: z.object({
    elapsedMs: z.number(),
    rowsRead: z.number(),
    bytesRead: z.number(),
    segments: z.number(),
    /** The answer was computed before, on the same data. */
    isCached: z.boolean(),
  }),
  /** Things a reader of the numbers should know: truncated, sampled, late. */
  warnings: z.array(apiError),
});
export type QueryResult = z.infer<typeof queryResult>;

const schemaAnswer = z.object({
  tables: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['stored', 'view', 'state']),
      row: z.string(),
      origin: z.string(),
      timeColumn: z.string(),
      columns: z.array(resultColumn.extend({ meaning: z.string(), source: z.string().optional() })),
    }),
  ),
});
export type SchemaAnswer = z.infer<typeof schemaAnswer>;

const position = z.int().min(0);

/** A change of the query: `insert` takes the place of [start, start+length). */
export const fix = z.object({
  title: z.string(),
  start: z.int(),
  length: z.int(),
  insert: z.string(),
});
export type Fix = z.infer<typeof fix>;

export const diagnostic = apiError.extend({
  severity: z.enum(['error', 'warning', 'information']),
  start: z.int(),
  length: z.int(),
  line: z.int(),
  column: z.int(),
  /** What would mend it, the likeliest first. */
  fixes: z.array(fix),
});
export type Diagnostic = z.infer<typeof diagnostic>;

export const completion = z.object({
  label: z.string(),
  /** `table`, `column`, `function`, `operator`, `keyword`, `parameter`, `literal` and what the parser adds. */
  kind: z.string(),
  /** Text to put in place; the label when absent. */
  insert: z.string().optional(),
  /** Text to put after the cursor, e.g. `)`. */
  after: z.string().optional(),
  detail: z.string().optional(),
  /** What it means or does. */
  says: z.string().optional(),
});
export type Completion = z.infer<typeof completion>;

export const hover = z.object({
  start: z.int(),
  length: z.int(),
  /** Signature or type, on one line. */
  title: z.string(),
  /** What it means or does, with an example where there is one; may be ''. */
  says: z.string(),
});
export type Hover = z.infer<typeof hover>;

/** The call that a position stands in. */
export const signature = z.object({
  name: z.string(),
  parameters: z.array(
    z.object({
      name: z.string(),
      /** Types it takes, `|` between them; '' for any. */
      type: z.string(),
      isOptional: z.boolean(),
      isRepeated: z.boolean(),
    }),
  ),
  /** Index of the parameter at the position; -1 when the call takes no further one. */
  active: z.int(),
  /** Type of its value; '' when that is not known. */
  returns: z.string(),
  says: z.string(),
});
export type Signature = z.infer<typeof signature>;

export const EXPORT_FORMATS = ['csv', 'parquet', 'json', 'ndjson'] as const;

export const queryRoutes = {
  query: defineRoute({
    method: 'POST',
    path: '/api/v1/query',
    access: 'viewer',
    says: 'Answers a KQL query.',
    input: queryInput.extend({
      /** Written into the asker's history: for what people run by hand. */
      isKept: z.boolean().optional(),
    }),
    output: queryResult,
    audit: 'query',
  }),
  schema: defineRoute({
    method: 'GET',
    path: '/api/v1/schema',
    access: 'viewer',
    says: 'The tables that queries can name, with their columns, types, units and meanings.',
    input: nothing,
    output: schemaAnswer,
  }),
  kqlCheck: defineRoute({
    method: 'POST',
    path: '/api/v1/kql/check',
    access: 'viewer',
    says: 'What is wrong with a query, and where.',
    input: z.strictObject({ query: z.string().max(1_000_000) }),
    output: z.object({ diagnostics: z.array(diagnostic) }),
    audit: 'none',
  }),
  kqlComplete: defineRoute({
    method: 'POST',
    path: '/api/v1/kql/complete',
    access: 'viewer',
    says: 'What may be typed at a position of a query; the items replace [start, start+length).',
    input: z.strictObject({ query: z.string().max(1_000_000), position }),
    output: z.object({ start: z.int(), length: z.int(), items: z.array(completion) }),
    audit: 'none',
  }),
  kqlHover: defineRoute({
    method: 'POST',
    path: '/api/v1/kql/hover',
    access: 'viewer',
    says: 'What the name at a position of a query means; null where there is nothing to say.',
    input: z.strictObject({ query: z.string().max(1_000_000), position }),
    output: z.object({ hover: hover.nullable() }),
    audit: 'none',
  }),
  kqlSignature: defineRoute({
    method: 'POST',
    path: '/api/v1/kql/signature',
    access: 'viewer',
    says: 'What the call at a position of a query takes; null outside of calls.',
    input: z.strictObject({ query: z.string().max(1_000_000), position }),
    output: z.object({ signature: signature.nullable() }),
    audit: 'none',
  }),
  kqlFormat: defineRoute({
    method: 'POST',
    path: '/api/v1/kql/format',
    access: 'viewer',
    says: 'A query laid out; as it is where it cannot be parsed.',
    input: z.strictObject({ query: z.string().max(1_000_000) }),
    output: z.object({ query: z.string() }),
    audit: 'none',
  }),
  exportQuery: defineRoute({
    method: 'POST',
    path: '/api/v1/export',
    access: 'analyst',
    says: 'Downloads the rows of a query as CSV, Parquet, JSON or NDJSON.',
    input: queryInput.extend({
      format: z.enum(EXPORT_FORMATS),
      /** Name of the file without its ending. */
      name: z.string().max(100).optional(),
    }),
    output: z.unknown(),
    answer: 'raw',
    audit: 'export',
  }),
};
