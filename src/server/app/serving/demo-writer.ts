import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { demoFiles, demoKnowledge } from '#core/demo/index.ts';

export interface DemoRequest {
  /** Folder of the demo under DATA. */
  readonly home: string;
  /** Milliseconds, a full hour. */
  readonly anchor: number;
}

/** The thread that writes the demo; `anchor` is written last and says that the demo is whole. */
function writeDemo({ home, anchor }: DemoRequest): void {
  const logs = join(home, 'logs');
  // Written aside and renamed at the end: a start that was interrupted leaves no half of a demo.
  const aside = `${logs}.new`;
  rmSync(aside, { recursive: true, force: true });
  rmSync(logs, { recursive: true, force: true });
  for (const { path, text } of demoFiles(anchor)) {
    const file = join(aside, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  renameSync(aside, logs);
  writeFileSync(join(home, 'networks.yaml'), demoKnowledge.networks());
  writeFileSync(join(home, 'bad-addresses.txt'), demoKnowledge.badAddresses());
  writeFileSync(join(home, 'anchor'), String(anchor));
}

if (workerData) writeDemo(workerData as DemoRequest);
