import { parseIp } from '#core/base/index.ts';
import { type Enricher, type PlaceKind, specialKind } from '#core/enrich/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import { createRelation } from '#server/observe/index.ts';

/** Kinds of places that are outside; addresses that no router passes on (multicast, link-local) are not. */
const OUTSIDE: ReadonlySet<PlaceKind> = new Set(['azure', 'malicious', 'public']);

/** The host behind every Azure machine has a public address that nobody outside can have: it is not the internet. */
function isPlatform(ip: string): boolean {
  const words = parseIp(ip);
  return words !== undefined && specialKind(words) === 'azure-platform';
}

/** Addresses remembered from job to job; more are forgotten together. */
const MOST_KNOWN = 2_000_000;

/** Makes sure that there is a table of addresses asked about before, and that it does not grow without end. */
async function knowEnds(engine: Duckdb): Promise<void> {
  await engine.run('CREATE TEMP TABLE IF NOT EXISTS known_ends (h UBIGINT, is_inside BOOLEAN)');
  const { rows } = await engine.run('SELECT count(*) FROM known_ends');
  if (Number(rows[0]?.[0]) > MOST_KNOWN) await engine.run('DELETE FROM known_ends');
}

/**
 * `ends`: every address of the job with whether it is inside, and its place in the order of texts. `kept` is a relation
 * of PairHours whose addresses are needed too. Each address is asked about once in the life of the worker.
 */
export async function loadEnds(
  engine: Duckdb,
  enricher: Enricher,
  scratch: string,
  kept: string | undefined,
): Promise<void> {
  await knowEnds(engine);
  const more = kept ? ` UNION SELECT SrcIp FROM ${kept} UNION SELECT DestIp FROM ${kept}` : '';
  await engine.run(
    `INSERT INTO addresses SELECT hash(ip), ip FROM (SELECT '' AS ip${more}) WHERE hash(ip) NOT IN (SELECT h FROM addresses)`,
  );
  async function* answers() {
    for await (const chunk of engine.stream(
      'SELECT h, ip FROM addresses ANTI JOIN known_ends USING (h)',
    ))
      yield chunk.map(([h, ip]) => ({
        h: String(h),
        is_inside:
          isPlatform(String(ip)) || !OUTSIDE.has(enricher.locate(String(ip), '', undefined).kind),
      }));
  }
  await createRelation(engine, scratch, 'asked', { h: 'UBIGINT', is_inside: 'BOOLEAN' }, answers());
  await engine.run('INSERT INTO known_ends SELECT * FROM asked');
  await engine.run('DROP TABLE asked');
  await engine.run(`CREATE TEMP TABLE ends AS
    SELECT h, ip, is_inside, row_number() OVER (ORDER BY ip)::INT AS place FROM addresses JOIN known_ends USING (h)`);
}
