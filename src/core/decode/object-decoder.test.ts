import { describe, expect, it } from 'vitest';
import { valueAt } from '#core/batch/index.ts';
import {
  CollectingSink,
  Decoders,
  formatsByName,
  MAX_RECORD_BYTES,
  ObjectDecoder,
  type ObjectState,
  type Unit,
  UnitCutter,
} from './index.ts';

const text = new TextEncoder();

const vnetRecord = (port: number) =>
  `{"time":"2026-03-04T10:01:12.1Z","flowLogVersion":4,"macAddress":"0022480A0B0C","targetResourceID":"/s","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["1772618412001,10.0.0.1,10.0.0.9,${port},443,6,O,C,NX,1,2,3,4"]}]}]}}`;
const awsHeader =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n';
const awsLine = (port: number) =>
  `2 012345678901 eni-1 10.30.1.7 203.0.113.40 ${port} 443 6 21 3120 1772618400 1772618458 ACCEPT OK\n`;

/** Reads parts of one object as they come, each after a restart that knows only the checkpoint. */
function follow(versions: readonly string[], isLastFinal: boolean) {
  const sink = new CollectingSink(256);
  let state: ObjectState | undefined;
  const positions: number[] = [];
  versions.forEach((version, i) => {
    const decoder = new ObjectDecoder(new Decoders(sink), {
      object: 'o',
      ingestedAt: 0,
      ...(state && { resume: JSON.parse(JSON.stringify(state)) as ObjectState }),
    });
    decoder.push(text.encode(version).subarray(state?.position ?? 0));
    decoder.end(isLastFinal && i === versions.length - 1);
    expect(decoder.unknown).toBeUndefined();
    state = decoder.state;
    positions.push(state?.position ?? 0);
  });
  sink.flush();
  const ports = sink.batches.flatMap((b) =>
    Array.from({ length: b.rows }, (_, i) => valueAt(b.columns.get('SrcPort')!, i)),
  );
  return { ports, positions, problems: sink.problems.map((p) => `${p.code} ${p.offset}`) };
}

describe('following a growing object', () => {
  it('reads an Azure blob whose end is overwritten, each record once', () => {
    const one = `{"records":[${vnetRecord(1)}`;
    const two = `${one},${vnetRecord(2)}`;
    const { ports, positions, problems } = follow(
      ['', '{"records":[]}', `${one}]}`, `${one}]}`, `${two}]}`, `${two},${vnetRecord(3)}]}`],
      true,
    );
    expect(ports).toEqual([1, 2, 3]);
    expect(problems).toEqual([]);
    expect(positions.slice(0, 5)).toEqual([0, 0, one.length, one.length, two.length]);
  });

  it('waits for the rest of a record, and counts it as truncated only when none will come', () => {
    const whole = `{"records":[${vnetRecord(1)}`;
    const cut = `${whole},${vnetRecord(2).slice(0, 80)}`;
    const waiting = follow([cut], false);
    expect([waiting.ports, waiting.problems]).toEqual([[1], []]);
    expect(waiting.positions[0]! - whole.length).toBeLessThanOrEqual(1);
    expect(follow([cut], true).problems).toEqual([`truncated ${whole.length + 1}`]);
    expect(follow([cut, `${whole},${vnetRecord(2)}]}`], true).ports).toEqual([1, 2]);
  });

  it('reads text by whole lines, a header cut in two included', () => {
    const versions = [
      awsHeader.slice(0, 60),
      awsHeader.slice(0, -1),
      `${awsHeader}${awsLine(1).slice(0, 50)}`,
      `${awsHeader}${awsLine(1)}${awsLine(2).slice(0, -1)}`,
      `${awsHeader}${awsLine(1)}${awsLine(2)}`,
    ];
    const { ports, positions, problems } = follow(versions, false);
    expect(ports).toEqual([1, 2]);
    expect(problems).toEqual([]);
    expect(positions[0]).toBe(0);
    expect(positions.at(-1)).toBe(versions.at(-1)!.length);
  });

  it('refuses a checkpoint of a format it does not have', () => {
    const resume = { format: 'nope', position: 0, context: null };
    const options = { object: 'o', ingestedAt: 0, resume, onUnit: () => {}, onProblem: () => {} };
    expect(() => new UnitCutter(options)).toThrow('nope');
  });
});

describe('UnitCutter', () => {
  function cutter(units: { offset: number; length: number }[], problems: string[]) {
    return new UnitCutter({
      object: 'o',
      ingestedAt: 0,
      onUnit: (unit: Unit) => units.push({ offset: unit.origin.offset, length: unit.bytes.length }),
      onProblem: (code, offset) => problems.push(`${code} ${offset}`),
    });
  }

  it('gives units of about a MiB that follow each other without a gap', () => {
    const units: { offset: number; length: number }[] = [];
    const bytes = text.encode(awsHeader + awsLine(1).repeat(60_000));
    const c = cutter(units, []);
    for (let at = 0; at < bytes.length; at += 65_536) c.push(bytes.subarray(at, at + 65_536));
    c.end(true);
    let expected = 0;
    for (const unit of units) {
      expect(unit.offset).toBe(expected);
      expect(unit.length).toBeLessThan(2_200_000);
      expected += unit.length;
    }
    expect(expected).toBe(bytes.length);
    expect(units.length).toBeGreaterThan(3);
  });

  it('says what an object of no format looks like, and takes no more of it', () => {
    const units: { offset: number; length: number }[] = [];
    const c = cutter(units, []);
    c.push(text.encode('%PDF-1.7\n'.repeat(10_000)));
    expect(c.unknown).toContain('PDF');
    c.push(text.encode(awsHeader + awsLine(1)));
    c.end(true);
    expect(units).toEqual([]);
    expect(c.state).toBeUndefined();
  });

  it('takes an empty object, and an empty list of records, for nothing to read', () => {
    for (const bytes of ['', ' \n', '[]', '{"records":[]}', '{ "records": [\n] }\n']) {
      const c = cutter([], []);
      c.push(text.encode(bytes));
      c.end(true);
      expect(c.unknown, bytes).toBeUndefined();
      expect(c.state).toBeUndefined();
    }
  });

  it('skips a record over 64 MiB, and reads on behind it', () => {
    const problems: string[] = [];
    const sink = new CollectingSink(256);
    const decoder = new ObjectDecoder(new Decoders(sink), { object: 'o', ingestedAt: 0 });
    const head = text.encode(awsHeader + awsLine(1));
    const filler = new Uint8Array(1024 * 1024).fill(0x31);
    decoder.push(head);
    for (let mib = 0; mib < MAX_RECORD_BYTES / filler.length + 3; mib++) decoder.push(filler);
    decoder.push(text.encode(`\n${awsLine(2)}`));
    decoder.end(true);
    sink.flush();
    problems.push(...sink.problems.map((p) => p.code));
    expect(problems).toEqual(['too-large', 'bad-field-count']);
    expect(sink.batches.reduce((rows, b) => rows + b.rows, 0)).toBe(2);
  });

  it('obeys a format that the user names', () => {
    const sink = new CollectingSink(256);
    const format = formatsByName.get('aws-vpc')!;
    const decoder = new ObjectDecoder(new Decoders(sink), { object: 'o', ingestedAt: 0, format });
    decoder.push(text.encode('not a flow log\n'));
    decoder.end(true);
    expect(decoder.unknown).toBeUndefined();
    expect(sink.problems.map((p) => p.code)).toEqual(['bad-field-count']);
  });
});
