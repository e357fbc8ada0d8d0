/** Memory of a server that nobody asks, all its processes together (proportional set size), some minutes after its start. Bar: 300 MB. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { home } from './weir-command.ts';

const minutes = process.argv.includes('--quick') ? 0.5 : 5;
const data = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const server = spawn(
  join(home, 'weir'),
  ['serve', '--demo', '--data', data, '--listen', '127.0.0.1:0'],
  { stdio: 'ignore' },
);

/** A process and all that it started. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return {
          pid: Number(name),
          parent: Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]),
        };
      } catch {
        return { pid: 0, parent: 0 };
      }
    });
  const below = (of: number): number[] => [
    of,
    ...parents.filter((p) => p.parent === of).flatMap((p) => below(p.pid)),
  ];
  return below(pid);
}

try {
  await new Promise((resolve) => setTimeout(resolve, minutes * 60_000));
  const megabytes = family(server.pid!).map(
    (pid) =>
      (Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) *
        1024) /
      1e6,
  );
  const sum = megabytes.reduce((a, b) => a + b, 0);
  process.stdout.write(
    `idle for ${minutes} minutes with the demo loaded: ${sum.toFixed(0)} MB in ${megabytes.length} processes (bar 300); ${sum < 300 ? 'met' : 'MISSED'}\n`,
  );
  process.exitCode = sum < 300 || minutes < 5 ? 0 : 1;
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}
