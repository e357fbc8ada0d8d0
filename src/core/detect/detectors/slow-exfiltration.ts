import { ipEntity } from '#core/alert/index.ts';
import { counted, printBytes } from '#core/base/index.ts';
import { rareness } from '../beaconing.ts';

import { DAY, defineDetector } from '../detector.ts';
import { between, flowsKql, instant, isHost } from '../kql.ts';
import { instantOf, numberOf, textOf } from '../row.ts';
import { every } from '../sample.ts';

export const slowExfiltration = defineDetector({
  name: 'slow-exfiltration',
  title: 'Data carried outside a little every day',
  family: 'exfiltration',
  version: '1.0.0',
  says: 'Over a month a host sends to one address outside, day after day, and gets next to nothing back; no day is large.',
  source:
    'Sum over 30 days for each pair with the producer-consumer ratio, days of activity, and prevalence; a day’s look would not reach its floor.',
  tactics: ['Exfiltration'],
  techniques: ['T1030', 'T1029'],
  falsePositives: ['A small nightly backup or report of one host'],
  nextSteps: [
    'Ask the owner of the host what it reports, and to whom',
    'Look at whether the sizes follow what people do on the host',
  ],
  parameters: {
    leastMegabytes: { value: 200, meaning: 'Megabytes sent within 30 days.' },
    mostDayMegabytes: {
      value: 100,
      meaning: 'Megabytes of the largest day: more is seen by the daily look.',
    },
    leastDays: { value: 5, meaning: 'Days on which it sent.' },
    leastRatio: { value: 0.8, meaning: 'Producer-consumer ratio: 1 is all out.' },
  },
  reads: ['PairDays'],
  window: 30 * DAY,
  every: DAY,
  candidates: (pass) => `
let outward = PairDays | where TimeGenerated >= ${instant(pass.from)} and TimeGenerated < ${instant(pass.to)} | where SrcIsInside and not(DestIsInside) and ${isHost('DestIp')};
let pairs = outward | summarize Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc), Flows = sum(AllowedFlows), FirstTime = min(FirstTime), LastTime = max(LastTime) by SrcIp, DestIp, TimeGenerated
  | summarize MostSent = max(Sent), Days = count(), Sent = sum(Sent), Got = sum(Got), Flows = sum(Flows), FirstTime = min(FirstTime), LastTime = max(LastTime) by SrcIp, DestIp
  | where Sent >= ${pass.values.leastMegabytes * 1e6} and MostSent < ${pass.values.mostDayMegabytes * 1e6} and Days >= ${pass.values.leastDays} and Sent - Got >= ${pass.values.leastRatio} * (Sent + Got);
let users = outward | where DestIp in ((pairs | project DestIp)) | distinct SrcIp, DestIp | summarize Users = count() by DestIp;
pairs | join kind=inner users on DestIp | where Users <= ${Math.ceil(rareness(pass.knowledge.insideHosts).rare)} | top 500 by Sent desc`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      if (pass.knowledge.hasRole(src, 'backup', 'proxy', 'gateway', 'mail')) return [];
      const sent = numberOf(row, 'Sent');
      const got = numberOf(row, 'Got');
      const days = numberOf(row, 'Days');
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      return [
        {
          about: [src, dest],
          title: `${src} sent ${printBytes(sent)} to ${dest} over ${counted(days, 'day')}`,
          reasons: [
            `${printBytes(sent)} went out and ${printBytes(got)} came back: a producer-consumer ratio of ${((sent - got) / (sent + got)).toFixed(2)}. The largest day had ${printBytes(numberOf(row, 'MostSent'))}.`,
            `${numberOf(row, 'Users')} hosts inside use that address.`,
          ],
          first,
          last,
          severity: 'low' as const,
          score: Math.min(1, 0.4 + Math.log10(sent / 2e8) / 3),
          confidence: 0.4,
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            sent,
            got,
            days,
            mostSent: numberOf(row, 'MostSent'),
            users: numberOf(row, 'Users'),
          },
          evidence: {
            kql: flowsKql({ first, last }, [between(src, dest)]),
            rows: numberOf(row, 'Flows'),
          },
          magnitude: sent / 1e6,
        },
      ];
    }),
  fires: [
    {
      says: 'Fifty megabytes a night for ten nights',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(86_400, 10, -9 * 86_400 + 7200),
          sent: 5e7,
          received: 2e5,
        },
      ],
    },
  ],
  silent: [
    {
      says: 'As much comes back as goes out',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(86_400, 10, -9 * 86_400 + 7200),
          sent: 5e7,
          received: 4e7,
        },
      ],
    },
  ],
});
