import {
  closeSync,
  copyFileSync,
  openSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { partReadable } from './check.ts';
import { draftOf, openTestStore, tempFolder } from './fixture.ts';

const content = () => {
  const bytes = new Uint8Array(1000).fill(1);
  bytes.set(Buffer.from('PAR1'), 0);
  bytes.set(Buffer.from('PAR1'), 996);
  return { bytes };
};

describe('check', () => {
  it('finds what is missing, cut, foreign or changed, and lets queries go on without it', async () => {
    const store = await openTestStore(tempFolder());
    const segments = await store.commit({
      segments: Array.from({ length: 5 }, () => draftOf({ content: content() })),
    });
    expect(await store.check({ isDeep: true })).toEqual([]);
    const [missing, cut, foreign, changed, whole] = segments as [
      (typeof segments)[0],
      (typeof segments)[0],
      (typeof segments)[0],
      (typeof segments)[0],
      (typeof segments)[0],
    ];
    copyFileSync(missing.path, `${missing.path}.kept`);
    unlinkSync(missing.path);
    truncateSync(cut.path, 500);
    writeFileSync(foreign.path, new Uint8Array(1000));
    const file = openSync(changed.path, 'r+');
    writeSync(file, Uint8Array.of(2), 0, 1, 500);
    closeSync(file);

    const shallow = await store.check();
    expect(shallow.map((f) => [f.code, f.segmentId])).toEqual([
      ['segment-missing', missing.id],
      ['segment-size', cut.id],
      ['segment-not-parquet', foreign.id],
    ]);
    expect(shallow[0]!.message).toContain('10 rows of Flows, 2026-03-04');
    const deep = await store.check({ isDeep: true });
    expect(deep.map((f) => f.code).at(-1)).toBe('segment-changed');
    expect(partReadable(segments)).toEqual({
      readable: [foreign, changed, whole],
      lost: [missing, cut],
    });

    const version = store.version('Flows');
    store.setDamaged(
      deep.map((f) => f.segmentId!),
      true,
    );
    expect(store.segments({ table: 'Flows' })).toEqual([whole]);
    expect(store.version('Flows')).toBeGreaterThan(version);
    expect((await store.usage()).parts.damaged).toBe(2500);

    copyFileSync(`${missing.path}.kept`, missing.path);
    const again = await store.check();
    expect(again.find((f) => f.segmentId === missing.id)?.code).toBe('segment-healed');
    expect(again.filter((f) => f.message.includes('it is set aside'))).toHaveLength(3);
    expect(await store.check({ isOnlyDamaged: true })).toHaveLength(4);
    store.setDamaged([missing.id], false);
    expect(store.segments({ table: 'Flows' })).toEqual([missing, whole]);
  });
});
