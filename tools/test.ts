/**
 * Everything that must hold before a commit lands. usage: npm test [-- --only STAGE,STAGE]
 *
 * Stages: types, lint, unit, conformance, browser. What they need and npm does not carry (Debian's Chromium, the
 * emulator of Azure Storage) is brought first. Ends with the tests that failed, if any, and one line a stage; exit code
 * 1 when one failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name: string) => join(home, 'node_modules', '.bin', name);
const say = (text: string) => process.stderr.write(`weir: ${text}\n`);

interface Outcome {
  readonly ok: boolean;
  readonly note?: string;
  /** What failed and why, to be said again at the end, where it is found. */
  readonly failures?: readonly string[];
}

/** What Vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function run(command: string, args: readonly string[]): boolean {
  // The runtime's folder comes first, so that scripts that ask for `node` get the one Weir runs on.
  const PATH = `${dirname(process.execPath)}:${join(home, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
  const done = spawnSync(command, args, {
    cwd: home,
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  return done.status === 0;
}

function runTests(...args: readonly string[]): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'weir-test-'));
  const file = join(folder, 'report.json');
  const ok = run(bin('vitest'), [
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const failures =
    ok || !existsSync(file) ? [] : failuresOf(JSON.parse(readFileSync(file, 'utf8')));
  rmSync(folder, { recursive: true, force: true });
  return { ok, failures };
}

function failuresOf(report: Report): string[] {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => `${test.fullName}\n    ${test.failureMessages.join('\n').slice(0, 600)}`);
    if (failed.length === 0 && message !== '') failed.push(message.slice(0, 600));
    return failed.map((text) => `${relative(home, name)}: ${text}`);
  });
}

/** Debian's Chromium, installed when it is missing and we may; undefined with the reason said when it cannot be had. */
function bringChromium(): string | undefined {
  const find = () =>
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  const found = find();
  if (found) return found;
  const command =
    'apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core';
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(`browser tests need Chromium. Install it with: sudo sh -c '${command}'`);
    return undefined;
  }
  say('installing Chromium for the browser tests …');
  spawnSync('sh', ['-c', `export DEBIAN_FRONTEND=noninteractive; (${command}) >/dev/null`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return find();
}

const STAGES: Readonly<Record<string, () => Outcome>> = {
  types: () => ({
    ok: ['core', 'server', 'web']
      .map((world) => run(bin('tsc'), ['-p', `tsconfig.${world}.json`]))
      .every(Boolean),
  }),
  lint: () => ({ ok: run(bin('biome'), ['check', '--error-on-warnings', '.']) }),
  unit: () => runTests(),
  conformance: () => ({
    ok: ['kql', 'data']
      .map((part) =>
        run(process.execPath, [
          '--disable-warning=ExperimentalWarning',
          'tools/conformance.ts',
          part,
          '--gate',
        ]),
      )
      .every(Boolean),
  }),
  browser: () => {
    if (!bringChromium()) return { ok: false, note: 'Chromium could not be had; see above' };
    return runTests('--config', 'vitest.browser.config.ts');
  },
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = values.only?.split(',') ?? Object.keys(STAGES);
const results: string[] = [];
const failures: string[] = [];
let failed = 0;
for (const name of chosen) {
  const stage = STAGES[name];
  if (!stage) {
    say(`no such stage: ${name}. One of: ${Object.keys(STAGES).join(', ')}`);
    process.exit(2);
  }
  say(`— ${name} —`);
  const started = performance.now();
  const { ok, note, failures: found = [] } = stage();
  failures.push(...found);
  if (!ok) failed++;
  results.push(
    `${ok ? 'passed' : 'FAILED'}  ${name.padEnd(12)} ${((performance.now() - started) / 1000).toFixed(1)} s${note ? `  ${note}` : ''}`,
  );
}
for (const failure of failures) process.stdout.write(`\nFAILED  ${failure}\n`);
process.stdout.write(
  `\n${results.join('\n')}\n${chosen.length - failed} passed, ${failed} failed\n`,
);
process.exit(failed > 0 ? 1 : 0);
