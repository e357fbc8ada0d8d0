/**
 * Measures Weir beside its peers. usage: npm run bench [-- NAME… [--quick]]
 *
 * Each bench prints what it measured, its peer in the same run, the ratio, and whether both gave the same answer; it ends
 * with exit code 1 when an answer differs or a bar is missed. Machines are noisy: run it twice, believe ratios.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const benches = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length));
const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('--'));
const names = args.filter((arg) => !arg.startsWith('--'));
const unknown = names.filter((name) => !benches.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such bench: ${unknown.join(', ')}. One of: ${benches.join(', ')}\n`);
  process.exit(2);
}
let failed = 0;
for (const name of names.length > 0 ? names : benches) {
  process.stdout.write(`\n— ${name} —\n`);
  const { status } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, `${name}.bench.ts`),
      ...flags,
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) failed++;
}
process.exit(failed > 0 ? 1 : 0);
