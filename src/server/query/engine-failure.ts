import type { ChildError } from './child.ts';

/** Faults of the data or of the query that only running shows: `1/0`, a number out of range, text that is no date. */
const QUERY_FAULTS =
  /^(?:Conversion|Out of Range|Invalid Input|Constraint|Decimal|Mismatch Type) Error/i;

/** What the engine's message means to the person who asked. */
export function describeFailure(message: string): ChildError {
  if (/^INTERRUPT/i.test(message))
    return { code: 'cancelled', message: 'The query was interrupted.' };
  if (/max_temp_directory_size|No space left|failed to offload/i.test(message))
    return {
      code: 'disk-full',
      message: 'The query needed more room for temporary files than there is.',
      advice: 'Ask for a shorter time range or fewer columns, or free some room on the disk.',
    };
  if (/^Out of Memory/i.test(message))
    return {
      code: 'out-of-memory',
      message: 'The query needed more memory than it may use.',
      advice:
        'Ask for a shorter time range, or summarize by fewer distinct values; query.memory in the configuration raises the limit.',
    };
  const short = message.length > 2000 ? `${message.slice(0, 2000)} …` : message;
  if (QUERY_FAULTS.test(message)) return { code: 'execution', message: short, advice: '' };
  return {
    code: 'engine-error',
    message: short,
    advice: 'Please report the query that it failed on.',
  };
}
