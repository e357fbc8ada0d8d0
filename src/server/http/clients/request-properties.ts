import { type QueryInput, z } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';

/** Names of properties and options in lower case: clients do not agree on them. */
const lowerKeys = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, v]) => [name.toLowerCase(), v]))
      : value,
  z.record(z.string(), z.unknown()),
);
const parameters = z.record(z.string().max(128), z.union([z.string(), z.number(), z.boolean()]));

const SMALLEST_BYTES = 1024;
const MOST_ROWS = 1_000_000;
const LONGEST_MS = 600_000;

/**
 * What a Kusto client says beside the query: a bag, or its JSON as text, of `Options` and `Parameters`. Options that
 * narrow an answer are obeyed (servertimeout, query_take_max_records, truncationmaxrecords, truncationmaxsize); others
 * are hints to a cluster. The server's limits hold in any case. Throws Refused.
 * Source: https://learn.microsoft.com/kusto/api/rest/request-properties
 */
export function readProperties(given: unknown): Pick<QueryInput, 'limits' | 'parameters'> {
  const bag = lowerKeys.safeParse(typeof given === 'string' ? parseText(given) : (given ?? {}));
  const options = lowerKeys.safeParse(bag.data?.['options'] ?? {});
  const values = parameters.safeParse(bag.data?.['parameters'] ?? {});
  if (!bag.success || !options.success || !values.success)
    throw new Refused('bad-request', 'The properties of the request cannot be read.', {
      hint: 'They are {"Options": {…}, "Parameters": {…}}.',
    });
  const limits = readLimits(options.data);
  return {
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(values.data).length > 0 ? { parameters: values.data } : {}),
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Refused by the schema, as any text is that is no bag.
    return text;
  }
}

function readLimits(options: Readonly<Record<string, unknown>>): NonNullable<QueryInput['limits']> {
  const timeMs = parseTimeout(options['servertimeout']);
  const rows = smallest(options['query_take_max_records'], options['truncationmaxrecords']);
  const bytes = smallest(options['truncationmaxsize']);
  return {
    ...(timeMs === undefined ? {} : { timeMs: Math.min(LONGEST_MS, Math.max(1, timeMs)) }),
    ...(rows === undefined ? {} : { rows: Math.min(MOST_ROWS, rows) }),
    ...(bytes === undefined ? {} : { bytes: Math.max(SMALLEST_BYTES, bytes) }),
  };
}

/** The smallest of these that is a count. */
function smallest(...values: readonly unknown[]): number | undefined {
  const counts = values.map(Number).filter((n) => Number.isInteger(n) && n > 0);
  return counts.length === 0 ? undefined : Math.min(...counts);
}

/** Milliseconds of a timespan as clients write it: `00:01:30`, `1.00:00:00`, `00:00:01.500`. */
function parseTimeout(value: unknown): number | undefined {
  const parts = /^(?:(\d{1,3})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,7})?)$/.exec(String(value));
  if (!parts) return undefined;
  const [, days = '0', hours, minutes, seconds] = parts;
  return Math.round(
    (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000,
  );
}
