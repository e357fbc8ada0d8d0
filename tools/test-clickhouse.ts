/** What must hold with ClickHouse in the process. Brings chdb into test/clickhouse first. usage: npm run test:clickhouse */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(home, 'test', 'clickhouse');
const PATH = `${dirname(process.execPath)}:${join(home, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;

if (!existsSync(join(folder, 'node_modules', 'chdb'))) {
  process.stderr.write('weir: installing ClickHouse (chdb, about half a gigabyte, once) …\n');
  const npm = process.env['npm_execpath'];
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (done.status !== 0) process.exit(1);
}

function run(command: string, args: readonly string[]): number {
  const options = { cwd: home, stdio: 'inherit', env: { ...process.env, PATH } } as const;
  return spawnSync(command, args, options).status ?? 1;
}

const tested = run(join(home, 'node_modules', '.bin', 'vitest'), [
  'run',
  '--config',
  'vitest.clickhouse.config.ts',
]);
process.stdout.write('\nKQL on ClickHouse, by the published examples:\n');
const scored = run(process.execPath, [
  join(home, 'tools', 'conformance.ts'),
  'kql',
  '--engine',
  'clickhouse',
  '--gate',
]);
process.exit(tested || scored);
