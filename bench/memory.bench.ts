/** Memory of a load, however large: peak of the whole process on 2 and on 20 million tuples. Bar: 1 GiB. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeVnetLog } from './vnet-log.ts';
import { runWeir } from './weir-command.ts';

const sizes = process.argv.includes('--quick') ? [500_000] : [2_000_000, 20_000_000];
const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
let ok = true;
try {
  for (const size of sizes) {
    const log = writeVnetLog(join(folder, 'PT1H.json'), size);
    const data = join(folder, 'data');
    const { seconds, peakMiB, stdout } = await runWeir('ingest', log.file, '--data', data);
    const { stored } = JSON.parse(stdout) as { stored: number };
    const fits = peakMiB !== null && peakMiB < 1024 && stored === log.tuples;
    ok &&= fits;
    process.stdout.write(
      `${log.tuples} tuples: peak ${peakMiB?.toFixed(0)} MiB (bar 1024), ${(stored / seconds / 1e6).toFixed(2)} M tuples/s, stored ${stored === log.tuples ? 'all' : 'NOT ALL'}; ${fits ? 'met' : 'MISSED'}\n`,
    );
    rmSync(data, { recursive: true });
  }
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
