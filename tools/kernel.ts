/**
 * Compiles src/core/kernel/assembly to WebAssembly and writes it as generated/module.ts.
 * usage: node tools/kernel.ts [--check]      with --check: fails when the committed module is not what the sources give
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const home = dirname(dirname(fileURLToPath(import.meta.url)));
const room = join(home, 'src', 'core', 'kernel');
const generated = join(room, 'generated', 'module.ts');

/** The module's bytes, compiled now. */
export function compileKernel(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'weir-kernel-'));
  const out = join(folder, 'kernel.wasm');
  try {
    const done = spawnSync(
      process.execPath,
      [
        join(home, 'node_modules', 'assemblyscript', 'bin', 'asc.js'),
        '--config',
        join(room, 'assembly', 'asconfig.json'),
        '--outFile',
        out,
      ],
      { cwd: home, encoding: 'utf8' },
    );
    if (done.status !== 0) throw new Error(`${done.stdout}${done.stderr}`);
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module's bytes as they are committed. */
export function committedKernel(): Buffer {
  const text = /'([A-Za-z0-9+/=]+)'/.exec(readFileSync(generated, 'utf8'))?.[1] ?? '';
  return Buffer.from(text, 'base64');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = compileKernel();
  if (process.argv.includes('--check')) {
    if (!bytes.equals(committedKernel())) {
      console.error('generated/module.ts is not what the sources give: node tools/kernel.ts');
      process.exit(1);
    }
  } else {
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(
      generated,
      `// Generated ${date} by tools/kernel.ts from ../assembly; not to be edited.\nexport const KERNEL_BASE64 =\n  '${bytes.toString('base64')}';\n`,
    );
    console.log(`${bytes.length} bytes`);
  }
}
