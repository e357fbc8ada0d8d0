import type { Duckdb } from '#server/duckdb/index.ts';
import { literal } from './relation.ts';

/**
 * Lets the engine touch files of these folders only, and no setting be changed afterwards: a defence behind the
 * compiler, which lets no query name a file.
 */
export async function lockDown(engine: Duckdb, folders: readonly string[]): Promise<void> {
  const allowed = folders
    .filter((f) => f !== '')
    .map((f) => literal(f.endsWith('/') ? f : `${f}/`));
  await engine.run(`SET allowed_directories = [${allowed.join(', ')}]`);
  await engine.run("SET TimeZone = 'UTC'");
  await engine.run('SET enable_external_access = false');
  await engine.run('SET lock_configuration = true');
}
