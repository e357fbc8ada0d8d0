// Entry of every npm script. Plain JavaScript for Node 18 and up: it brings the runtime (Node 24) and everything else,
// then hands over. usage: node tools/run.mjs install|build|serve|test|check|conformance|bench|docs|test-clickhouse [args]
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(home, 'node_modules', '.weir-installed');
const [task = 'serve', ...args] = process.argv.slice(2);

const say = (text) => process.stderr.write(`weir: ${text}\n`);
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Runs a command with our terminal; returns its exit code. */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: home, stdio: 'inherit', ...options });
  if (done.error) {
    say(`cannot run ${command}: ${done.error.message}`);
    return 127;
  }
  return done.status ?? 1;
}

/** The same for what has to succeed, and says nothing on standard output: that is for what was asked for. */
function must(command, args, options) {
  const code = run(command, args, { stdio: ['inherit', 2, 'inherit'], ...options });
  if (code !== 0) process.exit(code);
}

function install() {
  const wanted = Math.max(
    modified(join(home, 'package.json')),
    modified(join(home, 'package-lock.json')),
  );
  if (modified(stamp) >= wanted) return;
  say('installing packages (once; about a minute) …');
  const npm = process.env.npm_execpath;
  const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const lock = join(home, 'package-lock.json');
  const locked = existsSync(lock) ? readFileSync(lock) : undefined;
  if (npm?.endsWith('.js')) must(process.execPath, [npm, ...flags]);
  else
    must(process.platform === 'win32' ? 'npm.cmd' : 'npm', flags, {
      shell: process.platform === 'win32',
    });
  if (Number(process.versions.node.split('.')[0]) < 20) {
    // npm leaves out what its own Node is too old for, in the lock file too: once more, on the Node it has just brought.
    if (locked) writeFileSync(lock, locked);
    const PATH = `${dirname(runtime())}:${process.env.PATH}`;
    if (npm?.endsWith('.js')) must(runtime(), [npm, ...flags]);
    else must('npm', flags, { env: { ...process.env, PATH } });
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // npm may have rewritten the lock file just now: the stamp must not look older than it.
  const later = new Date(Math.max(Date.now(), modified(join(home, 'package-lock.json'))) + 1);
  utimesSync(stamp, later, later);
}

/** The Node that Weir runs on: the one npm brought, else this one when it is new enough. */
function runtime() {
  const modules = join(home, 'node_modules');
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  // Older npms do not link the runtime that they bring; then it is in its own package.
  const brought = [
    join(modules, '.bin', name),
    ...readdirSync(modules)
      .filter((folder) => folder.startsWith('node-'))
      .map((folder) => join(modules, folder, 'bin', name)),
  ].find(existsSync);
  if (brought) return brought;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  say(
    'Weir needs Node 24, and npm has no copy of it for this platform. Install Node 24 and run this again.',
  );
  process.exit(1);
}

/** When a file, or the newest file below a folder, was last changed. */
const newest = (path) =>
  statSync(path).isDirectory()
    ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
    : modified(path);

function buildWeb() {
  const built = join(home, 'dist', 'web');
  const page = join(built, 'index.html');
  const made = ['web', 'core/base', 'core/contract', 'core/schema'].map((room) =>
    join('src', room),
  );
  const sources = [...made, 'vite.config.ts'].map((path) => join(home, path));
  const wanted = Math.max(modified(stamp) - 60_000, ...sources.map(newest));
  if (modified(page) >= wanted) return;
  say('building the web page …');
  mkdirSync(join(home, 'dist'), { recursive: true });
  // What was interrupted long ago is nobody's.
  for (const name of readdirSync(join(home, 'dist')))
    if (name.startsWith('web.') && Date.now() - modified(join(home, 'dist', name)) > 600_000)
      rmSync(join(home, 'dist', name), { recursive: true });
  // Apart, then moved into place: another start may be reading or building it at this moment.
  const fresh = join(home, 'dist', `web.${process.pid}`);
  const vite = join(home, 'node_modules', 'vite', 'bin', 'vite.js');
  must(
    runtime(),
    [
      ...[vite, 'build', '--logLevel', 'warn', '--config', 'vite.config.ts'],
      ...['--outDir', fresh, '--emptyOutDir'],
    ],
    // Whatever this runs in: React of the development kind is three times the size and runs effects twice.
    { env: { ...process.env, NODE_ENV: 'production' } },
  );
  rmSync(built, { recursive: true, force: true });
  try {
    renameSync(fresh, built);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (modified(page) < wanted) throw error;
  }
}

const node = (file, ...rest) =>
  run(runtime(), ['--disable-warning=ExperimentalWarning', join(home, file), ...rest], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE:
        process.env.NODE_COMPILE_CACHE ?? join(home, 'node_modules', '.cache', 'compile'),
    },
  });

const TASKS = {
  install: () => 0,
  build: () => {
    buildWeb();
    return 0;
  },
  serve: () => {
    // The launcher is a shell script, and builds the page itself.
    if (process.platform !== 'win32') return run(join(home, 'weir'), ['serve', ...args]);
    buildWeb();
    return node('src/server/app/main.ts', 'serve', ...args);
  },
  test: () => {
    buildWeb();
    return node('tools/test.ts', ...args);
  },
  check: () => node('tools/test.ts', '--only', 'types,lint,unit', ...args),
  conformance: () => node('tools/conformance.ts', ...args),
  bench: () => node('bench/run.ts', ...args),
  docs: () => node('tools/docs.ts', ...args),
  'test-clickhouse': () => node('tools/test-clickhouse.ts', ...args),
};

const chosen = TASKS[task];
if (!chosen) {
  say(`no such task: ${task}. One of: ${Object.keys(TASKS).join(', ')}`);
  process.exit(2);
}
install();
process.exit(chosen());
