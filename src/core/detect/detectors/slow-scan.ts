import { ipEntity } from '#core/alert/index.ts';
import { counted, printCount } from '#core/base/index.ts';
import { percent } from '../claim.ts';
import { DAY, defineDetector } from '../detector.ts';
import { flowsKql, quote } from '../kql.ts';
import { instantOf, numberOf, textOf } from '../row.ts';
import { every } from '../sample.ts';
import { CONTACT_COUNTS, CONVICTS, contactsKql, walk } from '../scanning.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

export const slowScan = defineDetector({
  name: 'slow-scan',
  title: 'Scan over days',
  family: 'scan',
  version: '1.0.0',
  says: 'An inside host tries services inside that do not talk, a few a day, for days.',
  source:
    'Threshold random walk without a window, here over seven days, with a floor of 40 services and four failures of five: a day’s look would not convict it.',
  tactics: ['Discovery'],
  techniques: ['T1046'],
  falsePositives: [
    'Software that keeps a list of hosts which are gone',
    'A scanner of one’s own that is spread over the week',
  ],
  nextSteps: ['Find out what runs on the source', 'Look at the services that did answer'],
  parameters: {
    leastServices: { value: 40, meaning: 'Services that did not talk within the week.' },
    leastShare: { value: 0.8, meaning: 'Share of what was tried that did not talk.' },
    leastDays: { value: 3, meaning: 'Days from the first to the last try.' },
  },
  reads: ['PairHours'],
  window: 7 * DAY,
  every: DAY,
  candidates: (pass) => `
${contactsKql(pass, 'SrcIsInside and DestIsInside and DestPort < 32768')}
| summarize ${CONTACT_COUNTS}, Hosts = dcount(DestIp) by SrcIp
| where Failed >= ${pass.values.leastServices} and Failed >= ${pass.values.leastShare} * (Failed + TalkedTo) and LastTime - FirstTime >= ${pass.values.leastDays} * 1d
| top 500 by Failed desc`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const src = textOf(row, 'SrcIp');
      const failed = numberOf(row, 'Failed');
      const talked = numberOf(row, 'TalkedTo');
      if (
        walk(failed, talked) < CONVICTS ||
        pass.knowledge.hasRole(src, 'scanner', 'monitor', 'gateway')
      )
        return [];
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      const targets = numberOf(row, 'Hosts');
      return [
        {
          about: [src],
          title: `${src} tries ${printCount(failed + talked)} services of ${printCount(targets)} hosts within a week`,
          reasons: [
            `${printCount(failed)} of ${printCount(failed + talked)} services did not talk (${percent(failed / (failed + talked))}), over ${counted((last - first) / DAY, 'day')}.`,
            ...blindness(sight),
          ],
          first,
          last,
          severity: 'medium' as const,
          score: 1 - Math.exp(-failed / 60),
          confidence: 0.7 * clarity(sight),
          entities: [ipEntity(src, 'actor', true)],
          features: { failed, talked, hosts: targets, walk: walk(failed, talked) },
          evidence: {
            kql: flowsKql({ first, last }, [`SrcIp == ${quote(src)}`]),
            rows: numberOf(row, 'Flows'),
          },
          magnitude: failed,
        },
      ];
    }),
  fires: [
    {
      says: 'One service every two hours for six days',
      flows: Array.from({ length: 60 }, (_, i) => ({
        src: '10.1.0.5',
        dest: `10.1.1.${1 + (i % 20)}`,
        port: 1000 + i,
        at: [-5 * 86_400 + i * 7200],
        sent: 60,
        received: 40,
        packets: [1, 1] as const,
      })),
    },
  ],
  silent: [
    {
      says: 'A host uses sixty services over the week',
      flows: Array.from({ length: 60 }, (_, i) => ({
        src: '10.1.0.5',
        dest: `10.1.1.${1 + (i % 20)}`,
        port: 1000 + i,
        at: every(3600, 3, -5 * 86_400 + i * 7200),
      })),
    },
  ],
});
