/**
 * A full detection pass over flows that nobody has looked at: counted by the hour, then every detector over the day; as
 * `weir detect` does it, rules apart. Hours of a day of 100 million flows (storeRawFlows), in a process of its own.
 *
 *     npm run bench -- detection-pass [--quick] [--hours=N]     2 hours unless given; 24 are the whole day
 *
 * Bar: 100 million flows in 5 minutes on 2 idle cores, within 2 GiB, all processes together. On a busy machine the seconds of processor
 * tell more: 600 are what 2 cores have.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityPending } from '../src/server/activity/index.ts';
import { detectWindow } from '../src/server/detect/index.ts';
import { createQueryService } from '../src/server/query/index.ts';
import { openStore } from '../src/server/store/index.ts';
import { watchTree } from './process-tree.ts';
import { storeRawFlows } from './raw-flows.ts';

const DAY = 100_000_000;
const SECONDS_BAR = 300;
const MEMORY_BAR = 2048;
const clock = () => Date.now() * 1000;
const argument = (name: string) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);

interface Stage {
  readonly name: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Runs one stage of the pass and prints what it took. */
async function measured(name: string, rows: number, work: () => Promise<string>): Promise<Stage> {
  const startedAt = performance.now();
  const stop = watchTree(process.pid);
  const told = await work();
  const { cpuSeconds, peakMiB } = stop();
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(
    `${name}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor (${((cpuSeconds / rows) * 1e6).toFixed(2)} µs a flow), peak ${peakMiB.toFixed(0)} MiB; ${told}\n`,
  );
  return { name, seconds, cpuSeconds, peakMiB };
}

async function pass(folder: string, rows: number): Promise<number> {
  const store = await openStore({ folder, clock });
  const query = createQueryService({
    store,
    clock,
    limits: { memoryBytes: 640 * 2 ** 20, threads: 2 },
  });
  try {
    const enrichment = { withoutRegistries: true } as const;
    const counting = await measured('counting', rows, async () => {
      const done = await activityPending({ store, enrichment });
      return `${store.segments({ table: 'PairHours' }).reduce((n, s) => n + s.rows, 0)} rows of PairHours from ${done.rows} flows`;
    });
    const looks: { readonly detector: string; readonly ms: number }[] = [];
    const failed: string[] = [];
    const detecting = await measured('detectors', rows, async () => {
      const findings = await detectWindow({
        store,
        query,
        onLook({ detector, ms, error }) {
          looks.push({ detector, ms });
          if (error !== undefined) failed.push(`${detector}: ${String(error)}`);
        },
      });
      const slowest = looks.toSorted((a, b) => b.ms - a.ms).slice(0, 5);
      return `${findings.length} findings of ${looks.length} looks; slowest ${slowest.map((l) => `${l.detector} ${(l.ms / 1000).toFixed(1)} s`).join(', ')}`;
    });
    for (const text of failed) process.stdout.write(`FAILED ${text}\n`);
    const cpu = counting.cpuSeconds + detecting.cpuSeconds;
    const seconds = counting.seconds + detecting.seconds;
    const peak = Math.max(counting.peakMiB, detecting.peakMiB);
    const scale = DAY / rows;
    const isMet = seconds * scale <= SECONDS_BAR && peak <= MEMORY_BAR && failed.length === 0;
    process.stdout.write(
      `${rows} flows: ${Math.round(rows / seconds)} flows a second here; 100 million: ${Math.round(seconds * scale)} s (bar ${SECONDS_BAR}${scale > 1.01 ? ', extrapolated' : ''}), ` +
        `${Math.round(cpu * scale)} s of processor; peak ${peak.toFixed(0)} MiB (bar ${MEMORY_BAR}); ${isMet ? 'met' : 'MISSED'}\n`,
    );
    return isMet ? 0 : 1;
  } finally {
    await query.stop();
    await store.close();
  }
}

async function main(): Promise<number> {
  const hours = Number(argument('hours') ?? 2);
  const rows = process.argv.includes('--quick') ? 1_000_000 : Math.round((DAY * hours) / 24);
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    const store = await openStore({ folder, clock });
    await storeRawFlows(store, rows, process.argv.includes('--quick') ? 24 : hours);
    await store.close();
    // Another process, so that memory which making the flows took does not count.
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        import.meta.filename,
        `--pass=${folder}`,
        `--rows=${rows}`,
      ],
      { stdio: 'inherit' },
    );
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return process.argv.includes('--quick') && code === 1 ? 0 : (code ?? 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const given = argument('pass');
process.exitCode = given === undefined ? await main() : await pass(given, Number(argument('rows')));
