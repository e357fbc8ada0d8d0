import { expect, test } from 'vitest';
import { compile, makeCatalog, prepare } from '#server/kql/index.ts';
import { unitsOf } from './units.ts';

const prepared = prepare(makeCatalog());

function units(text: string): Record<string, string> {
  const compiled = compile(text, prepared, { now: 0 });
  if (!compiled.ok) throw new Error(compiled.refusal.message);
  const { plan } = compiled;
  return Object.fromEntries(
    unitsOf(plan, plan.columns).map((unit, i) => [plan.columns[i]?.name, unit]),
  );
}

test.each([
  [
    'Flows | project BytesSrcToDest, Total = BytesSrcToDest + BytesDestToSrc',
    { BytesSrcToDest: 'bytes', Total: 'bytes' },
  ],
  [
    'Flows | summarize sum(BytesSrcToDest) by SrcIp',
    { SrcIp: 'address', sum_BytesSrcToDest: 'bytes' },
  ],
  [
    'Flows | summarize Sent = avg(BytesSrcToDest), P = percentile(PacketsSrcToDest, 95), max(DestPort)',
    { Sent: 'bytes', P: 'packets', max_DestPort: 'port' },
  ],
  [
    'Flows | summarize S = sumif(BytesSrcToDest, DestPort == 1), N = count() | extend T = S',
    { S: 'bytes', N: 'none', T: 'bytes' },
  ],
  [
    'Flows | extend Rate = BytesSrcToDest / PacketsSrcToDest, Odd = BytesSrcToDest + PacketsSrcToDest | project Rate, Odd',
    { Rate: 'none', Odd: 'none' },
  ],
  [
    'Flows | project X = iff(FlowStatus == "Denied", 0, BytesSrcToDest), Y = coalesce(BytesDestToSrc, 0)',
    { X: 'bytes', Y: 'bytes' },
  ],
  [
    'let T = Flows | summarize B = sum(BytesSrcToDest) by SrcIp; T | join kind=inner (T | summarize M = max(B) by SrcIp) on SrcIp | project B, M',
    { B: 'bytes', M: 'bytes' },
  ],
  [
    'union Flows, (Flows | project BytesSrcToDest) | summarize V = max(BytesSrcToDest)',
    { V: 'bytes' },
  ],
  ['Flows | summarize L = make_list(BytesSrcToDest) by SrcIp', { L: 'bytes' }],
  ['print MyBytes = 5, Label = "x"', { MyBytes: 'bytes', Label: 'none' }],
])('%s', (text, expected) => expect(units(text)).toMatchObject(expected));
