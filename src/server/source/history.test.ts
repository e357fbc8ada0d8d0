/** Random histories of a folder of logs: whatever is done to the files, each line is read once and none is lost. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecogniser } from './recognise.ts';
import { MemoryCheckpoints, memoryObject, readNew } from './testing/in-memory.ts';

const never = new AbortController().signal;

interface File {
  content: string;
  packing: number;
  inode: number;
}

const HEADER = '#Version: 2\nversion account-id srcaddr dstaddr action log-status\n';
const pack = [
  (text: string) => Buffer.from(text),
  (text: string) => gzipSync(text),
  (text: string) => zstdCompressSync(text),
];

/** Bytes after which a reading is killed, in turn; each reading is repeated without. */
const kills = fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 5 });

const step = fc.oneof(
  fc.record({ do: fc.constant('append' as const), lines: fc.integer({ min: 1, max: 120 }) }),
  fc.record({
    do: fc.constantFrom('rotate' as const, 'copytruncate' as const, 'remove oldest' as const),
  }),
  fc.record({ do: fc.constant('pack' as const), which: fc.nat(), packing: fc.nat(2) }),
  fc.record({ do: fc.constant('copy' as const), which: fc.nat(), packing: fc.nat(2) }),
  fc.record({
    do: fc.constant('cut copy' as const),
    which: fc.nat(),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
);

it.each([
  ['with a header line', HEADER],
  ['without one', ''],
])('%s', async (_, header) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.boolean(),
      kills,
      async (steps, hasInodes, mosts) => {
        const checkpoints = new MemoryCheckpoints();
        let recogniser = createRecogniser(checkpoints);
        let written = 0;
        let inode = 1;
        const line = () => `2 account 10.0.0.1 10.0.0.2 ACCEPT OK ${written++}\n`;
        const fresh = (): File => ({
          content: header + line(),
          packing: 0,
          inode: inode++,
        });
        let live = fresh();
        let old: File[] = [];
        const seen: string[] = [];
        let kill = 0;
        const readAll = async () => {
          for (const file of [live, ...old]) {
            const stored = (pack[file.packing] ?? Buffer.from)(file.content);
            const lineage = hasInodes ? String(file.inode) : null;
            const name = `file ${file.inode}`;
            const object = memoryObject(stored, { name, lineage });
            for (const most of [
              mosts[kill++ % (mosts.length || 1)] ?? 0,
              Number.POSITIVE_INFINITY,
            ]) {
              const text = await readNew(recogniser, checkpoints, object, never, most);
              seen.push(...text.split('\n').filter((each) => each.startsWith('2 ')));
              recogniser = createRecogniser(checkpoints);
            }
          }
        };

        await readAll();
        for (const each of steps) {
          const all = [...old, live];
          const chosen = all['which' in each ? each.which % all.length : 0] ?? live;
          if (each.do === 'append') for (let i = 0; i < each.lines; i++) live.content += line();
          else if (each.do === 'rotate') {
            old.push(live);
            live = fresh();
          } else if (each.do === 'copytruncate') {
            old.push({ ...live, inode: inode++ });
            live.content = header + line();
          } else if (each.do === 'remove oldest') old = old.slice(1);
          else if (each.do === 'pack') {
            if (chosen !== live) Object.assign(chosen, { packing: each.packing, inode: inode++ });
          } else if (each.do === 'copy')
            old.push({ ...chosen, packing: each.packing, inode: inode++ });
          else if (each.do === 'cut copy') {
            // Two lines at least: less says nothing of what it is.
            const from = Math.min(chosen.content.length, header.length + 2 * line.length + 100);
            const end = from + Math.floor(each.at * (chosen.content.length - from));
            old.push({
              ...chosen,
              content: chosen.content.slice(0, end),
              inode: inode++,
            });
          }
          await readAll();
        }
        const numbers = seen.map((text) => Number(text.split(' ').at(-1)));
        expect(numbers.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: written }, (_, i) => i),
        );
      },
    ),
    { numRuns: 80 },
  );
});
