import { describe, expect, it, onTestFinished } from 'vitest';
import { openDuckdb } from './duckdb.ts';

async function open() {
  const engine = await openDuckdb({ threads: 1 });
  onTestFinished(() => engine.close());
  return engine;
}

describe('columns', () => {
  it('gives numbers as typed arrays, chunk by chunk', async () => {
    const engine = await open();
    let sum = 0;
    let rows = 0;
    const kinds = new Set<string>();
    for await (const chunk of engine.columns(
      'SELECT i::INTEGER, i::DOUBLE / 2, i::UBIGINT, (i % 200)::UTINYINT FROM range(5000) t(i)',
    )) {
      for (const column of chunk.columns) kinds.add(column.constructor.name);
      for (let row = 0; row < chunk.rows; row++) sum += Number(chunk.columns[1]![row]);
      rows += chunk.rows;
    }
    expect([...kinds]).toEqual(['Int32Array', 'Float64Array', 'BigUint64Array', 'Uint8Array']);
    expect([rows, sum]).toEqual([5000, (4999 * 5000) / 4]);
  });

  it('refuses what has no numbers', async () => {
    const engine = await open();
    await expect(engine.columns(`SELECT 'a'`)[Symbol.asyncIterator]().next()).rejects.toThrow(
      'holds no numbers',
    );
  });
});

describe('append', () => {
  it('adds numbers and texts, of longer arrays the first rows', async () => {
    const engine = await open();
    await engine.run('CREATE TABLE t (n DOUBLE, h UBIGINT, x VARCHAR)');
    const rows = 5000;
    const numbers = Float64Array.from({ length: rows + 100 }, (_, i) => i);
    const hashes = BigUint64Array.from({ length: rows }, (_, i) => 2n ** 63n + BigInt(i));
    const texts = Array.from({ length: rows }, (_, i) => `é${i}`);
    await engine.append('t', rows, [numbers, hashes, texts]);
    const found = await engine.run(
      `SELECT count(*), sum(n), max(h)::VARCHAR, count(*) FILTER (x = 'é' || n::BIGINT) FROM t`,
    );
    expect(found.rows[0]).toEqual([5000n, (4999 * 5000) / 2, String(2n ** 63n + 4999n), 5000n]);
    const wrong = new Int32Array(1);
    await expect(engine.append('t', 1, [wrong, hashes, texts])).rejects.toThrow('cannot take');
  });
});
