import { readFileSync } from 'node:fs';
import { z } from '#core/contract/index.ts';
import { KQL_TYPES } from '#core/schema/index.ts';
import type { ExtraTables } from '#server/kql/index.ts';
import { CommandError } from '../command.ts';

const shape = z.object({
  tables: z.record(
    z.string(),
    z.array(z.object({ name: z.string().min(1), type: z.enum(KQL_TYPES) })),
  ),
  open: z.array(z.string()).default([]),
});

/** Reads {"tables":{NAME:[{"name","type"}]},"open":[NAME]}. Throws CommandError when it is something else. */
export function readTablesFile(file: string): ExtraTables {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new CommandError(
      `${file} ${why}`,
      'It should declare tables: {"tables":{NAME:[{"name","type"}]},"open":[NAME]}.',
      error,
    );
  }
  const parsed = shape.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CommandError(
      `${file} does not declare tables: ${issue?.path.join('.')}: ${issue?.message}`,
      'It should be {"tables":{NAME:[{"name","type"}]},"open":[NAME]}.',
    );
  }
  return parsed.data;
}
