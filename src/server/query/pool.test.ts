import { afterEach, describe, expect, it } from 'vitest';
import { type Child, startChild } from './child.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';

const entry = new URL('./testdata/obedient-child.ts', import.meta.url);
const pools: Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});

function open(options: Partial<PoolOptions> = {}): Pool {
  const pool = createPool({
    size: 2,
    maxQueued: 10,
    lightMs: 60_000,
    idleMs: 60_000,
    quickMs: 60_000,
    start: () => startChild(entry, [], 64e6),
    setBehind: () => true,
    ...options,
  });
  pools.push(pool);
  return pool;
}

/** Sleeps in the worker; a halt interrupts it. */
function sleep(
  ms: number,
  more: {
    user?: string;
    isHeavy?: boolean;
    signal?: AbortSignal;
    log?: string[];
    name?: string;
  } = {},
) {
  return {
    user: more.user ?? '',
    isHeavy: more.isHeavy ?? false,
    signal: more.signal ?? new AbortController().signal,
    async run(child: Child, halt: AbortSignal) {
      more.log?.push(more.name ?? '');
      halt.addEventListener('abort', () => child.post({ kind: 'interrupt' }));
      return child.request({ kind: 'sleep', ms });
    },
  };
}

describe('the pool', () => {
  it('reuses workers and lets users take turns', async () => {
    const pool = open();
    const log: string[] = [];
    const first = [pool.submit(sleep(300)), pool.submit(sleep(300))];
    const rest = [
      pool.submit(sleep(1, { user: 'a', name: 'a1', log })),
      pool.submit(sleep(1, { user: 'a', name: 'a2', log })),
      pool.submit(sleep(1, { user: 'a', name: 'a3', log })),
      pool.submit(sleep(1, { user: 'b', name: 'b1', log })),
    ];
    expect([pool.running, pool.queued]).toEqual([2, 4]);
    await Promise.all([...first, ...rest]);
    expect(log.indexOf('b1')).toBeLessThan(log.indexOf('a3'));
    expect(new Set([...(await Promise.all(first)), ...(await Promise.all(rest))]).size).toBe(2);
  });

  it('keeps one worker for light work', async () => {
    const pool = open();
    const log: string[] = [];
    const heavy = [1, 2, 3].map((i) =>
      pool.submit(sleep(200, { isHeavy: true, name: `heavy${i}`, log })),
    );
    const light = pool.submit(sleep(1, { name: 'light', log }));
    await light;
    expect(log).toEqual(['heavy1', 'light']);
    await Promise.all(heavy);
  });

  it('starts light work that proves heavy again behind the light work that waits', async () => {
    const pool = open({ lightMs: 150 });
    const log: string[] = [];
    const heavy = pool.submit(sleep(600, { isHeavy: true, name: 'heavy', log }));
    const posing = pool.submit(sleep(400, { user: 'p', name: 'posing', log }));
    const light = pool.submit(sleep(1, { user: 'l', name: 'light', log }));
    await light;
    expect(log).toEqual(['heavy', 'posing', 'light']);
    await Promise.all([heavy, posing]);
    expect(log.at(-1)).toBe('posing');
  });

  it('puts work that runs on behind work that starts, and back when it is over', async () => {
    const log: string[] = [];
    const pool = open({
      quickMs: 400,
      setBehind: (child, isBehind) => {
        log.push(`${child.pid} ${isBehind}`);
        return true;
      },
    });
    // Starting them takes longer than what is quick.
    await Promise.all([pool.submit(sleep(100)), pool.submit(sleep(100))]);
    log.length = 0;
    const long = pool.submit(sleep(1500));
    await pool.submit(sleep(1));
    expect(log).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await pool.submit(sleep(1));
    await pool.submit(sleep(1));
    expect(log).toHaveLength(1);
    const pid = await long;
    expect(log).toEqual([`${pid} true`, `${pid} false`]);
  });

  it('replaces a worker that has to stay behind', async () => {
    const pool = open({ quickMs: 0, setBehind: (_, isBehind) => isBehind });
    const long = pool.submit(sleep(200));
    const [first] = pool.pids;
    await pool.submit(sleep(1));
    await long;
    await Promise.all([pool.submit(sleep(1)), pool.submit(sleep(1))]);
    expect(pool.pids).not.toContain(first);
  });

  it('refuses more than may wait, and forgets what is cancelled while it waits', async () => {
    const pool = open({ maxQueued: 1 });
    const running = [pool.submit(sleep(200)), pool.submit(sleep(200))];
    const cancel = new AbortController();
    const waiting = pool.submit(sleep(1, { signal: cancel.signal }));
    await expect(pool.submit(sleep(1))).rejects.toMatchObject({ code: 'too-busy' });
    cancel.abort(new Error('not needed'));
    await expect(waiting).rejects.toThrow('not needed');
    expect(pool.queued).toBe(0);
    await Promise.all(running);
  });

  it('replaces a worker that was killed', async () => {
    const pool = open();
    const doomed = pool.submit(sleep(10_000));
    const pid = pool.pids[0]!;
    const lost = expect(doomed).rejects.toMatchObject({ name: 'ChildLost', killedBy: 'SIGKILL' });
    process.kill(pid, 'SIGKILL');
    await lost;
    const next = await pool.submit(sleep(1));
    expect(next).not.toBe(pid);
  });
});
