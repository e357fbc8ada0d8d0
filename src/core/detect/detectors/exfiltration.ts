import { ipEntity, type Severity } from '#core/alert/index.ts';
import { counted, printBytes } from '#core/base/index.ts';
import { rareness, standingOfRow, standingReason } from '../beaconing.ts';

import { DAY, defineDetector, HOUR } from '../detector.ts';
import { beforeWindow, between, flowsKql, inWindow, isHost, pastDays } from '../kql.ts';
import { instantOf, numberOf, portOf, type Row, textOf } from '../row.ts';
import { every, hosts } from '../sample.ts';
import { MEDIA_PORTS, printPort } from '../services.ts';
import { blindness, clarity, sightOf } from '../sight.ts';

const MEGABYTE = 1e6;
const GIGABYTE = 1e9;
/** A target that came up within the last days is not where things always go. */
const NEW_DAYS = 7;

interface Carried {
  readonly sent: number;
  readonly isKnown: boolean;
  /** Nobody inside had to do with the address before the day that is looked at; or not before the last days. */
  readonly isNewTarget: boolean;
  readonly isRecentTarget: boolean;
  /** Other hosts come to it for what it serves: people do not work there, and do not upload. */
  readonly isServer: boolean;
}

/**
 * Where nothing is known of the host's past, only a lot of data is worth a person's time at once. People upload a few hundred
 * megabytes to addresses that are new to them; servers do not.
 */
function severityOf(carried: Carried, always: number): Severity {
  const { sent, isKnown, isNewTarget, isRecentTarget, isServer } = carried;
  if (!isKnown) return sent >= 2 * GIGABYTE ? 'medium' : 'low';
  if (isNewTarget && sent >= GIGABYTE) return 'high';
  if (isNewTarget && (isServer || sent >= always)) return 'medium';
  return isRecentTarget && sent >= GIGABYTE ? 'medium' : 'low';
}

/** Calls of voice and video: their ports, over UDP. A speaker sends much more than he gets. */
const isMedia = (row: Row): boolean =>
  MEDIA_PORTS.has(portOf(row, 'Port') ?? 0) && numberOf(row, 'Udp') >= 0.9 * numberOf(row, 'Sent');

export const exfiltration = defineDetector({
  name: 'exfiltration',
  title: 'Data carried outside',
  family: 'exfiltration',
  version: '1.2.0',
  says: 'A host carries far more than it usually does to an address outside that few use, and gets next to nothing back.',
  source:
    'Producer-consumer ratio (out - in)/(out + in); floor of 100 MB and twenty times what the host carries out on its median day, counting only pairs of that same ratio, so that calls and browsing hide nothing; 500 MB to one address alone is Slips’ limit; prevalence and first seen as RITA has them.',
  tactics: ['Exfiltration'],
  techniques: ['T1048', 'T1567'],
  falsePositives: [
    'A backup to a new place',
    'Somebody sends large files to a partner or a service for it',
    'Publishing: a build or video that is uploaded',
  ],
  nextSteps: [
    'Ask whose data went where: the person at the host, the owner of the address',
    'Look at what the host read inside in the hours before',
    'Block the address until it is explained',
  ],
  parameters: {
    leastMegabytes: { value: 100, meaning: 'Megabytes sent to one address in a day.' },
    alwaysMegabytes: {
      value: 500,
      meaning: 'Megabytes that are enough where nothing is known of the host’s past.',
    },
    timesUsual: {
      value: 20,
      meaning: 'How many times what the host carries out on its median day it must be.',
    },
    timesForNew: {
      value: 5,
      meaning: 'The same for a gigabyte and more to an address that nobody knew.',
    },
    leastRatio: { value: 0.7, meaning: 'Producer-consumer ratio: 1 is all out, -1 all in.' },
  },
  reads: ['PairHours', 'PairDays', 'HostHours'],
  window: DAY,
  every: HOUR,
  candidates: (pass) => `
let outward = PairHours | ${inWindow(pass)} | where SrcIsInside and not(DestIsInside) and ${isHost('DestIp')};
let pairs = materialize(outward
  | summarize Sent = sum(BytesSrcToDest), Got = sum(BytesDestToSrc), Flows = sum(AllowedFlows), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), Udp = sumif(BytesSrcToDest, L4Protocol == 'U'), Port = max(DestPort),
      FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs) by SrcIp, DestIp
  | where Sent >= ${pass.values.leastMegabytes * MEGABYTE} and Sent - Got >= ${pass.values.leastRatio} * (Sent + Got)
  | top 1000 by Sent desc);
let users = outward | where DestIp in ((pairs | project DestIp)) | distinct SrcIp, DestIp | summarize Users = count() by DestIp;
let past = PairDays | ${beforeWindow(pass)} | where DestIp in ((pairs | project DestIp)) | summarize Known = min(FirstTime), PastUsers = dcount(SrcIp) by DestIp;
let usual = HostHours | ${beforeWindow(pass)} | where Ip in ((pairs | project SrcIp))
  | summarize Out = sum(BytesSentOutside) by Ip, Day = bin(TimeGenerated, 1d) | summarize UsualOut = percentile(Out, 50), PastDays = count() by SrcIp = Ip;
let carried = PairDays | ${beforeWindow(pass)} | where SrcIp in ((pairs | project SrcIp)) and not(DestIsInside)
  | summarize Out = sum(BytesSrcToDest), Back = sum(BytesDestToSrc) by SrcIp, DestIp, TimeGenerated | where Out - Back >= ${pass.values.leastRatio} * (Out + Back)
  | summarize Out = sum(Out) by SrcIp, TimeGenerated | summarize MiddleCarried = percentile(Out, 50), CarriedDays = count() by SrcIp;
let before = PairDays | ${beforeWindow(pass)} | where DestIp in ((pairs | project DestIp)) | summarize SentDay = sum(BytesSrcToDest) by SrcIp, DestIp, TimeGenerated
  | summarize MostBefore = max(SentDay) by SrcIp, DestIp;
let sinks = before | where MostBefore >= ${pass.values.leastMegabytes * MEGABYTE} | summarize MostOfAll = max(MostBefore), Senders = count() by DestIp;
pairs | join kind=inner users on DestIp | where Users < ${Math.ceil(rareness(pass.knowledge.insideHosts).common)}
| join kind=leftouter past on DestIp | join kind=leftouter usual on SrcIp | join kind=leftouter carried on SrcIp | join kind=leftouter before on SrcIp, DestIp | join kind=leftouter sinks on DestIp`,
  score: (rows, pass) =>
    rows.flatMap((row) => {
      const src = textOf(row, 'SrcIp');
      const dest = textOf(row, 'DestIp');
      if (pass.knowledge.hasRole(src, 'proxy', 'gateway', 'mail')) return [];
      const sent = numberOf(row, 'Sent');
      const got = numberOf(row, 'Got');
      // Somewhere it sent a fifth as much on another day is where it sends things.
      if (numberOf(row, 'MostBefore') * 5 >= sent) return [];
      // And where two hosts and more sent half as much is where all of them keep such things.
      if (numberOf(row, 'Senders') >= 2 && numberOf(row, 'MostOfAll') * 2 >= sent) return [];
      const ratio = (sent - got) / Math.max(1, sent + got);
      const standing = standingOfRow(row, pass);
      // On most days it carries nothing out where fewer than half of its days have such a pair.
      const usual =
        numberOf(row, 'CarriedDays') * 2 > numberOf(row, 'PastDays')
          ? numberOf(row, 'MiddleCarried')
          : 0;
      const isKnown = numberOf(row, 'PastDays') >= 2;
      const isNewTarget = pastDays(pass) >= 1 && standing.ageDays === 0;
      const age = standing.ageDays ?? 0;
      const isRecentTarget = age <= NEW_DAYS && age < pastDays(pass);
      const times = sent / Math.max(MEGABYTE, usual);
      const isMuch =
        times >= pass.values.timesUsual ||
        (isNewTarget && sent >= GIGABYTE && times >= pass.values.timesForNew) ||
        sent >= 20 * pass.values.alwaysMegabytes * MEGABYTE;
      if (isKnown ? !isMuch : sent < pass.values.alwaysMegabytes * MEGABYTE) return [];
      const isServer = pass.knowledge.hasRole(src, 'server', 'directory', 'dns');
      const isExcused =
        pass.knowledge.hasRole(src, 'backup') || standing.rarity < 0.5 || isMedia(row);
      const severity = isExcused
        ? 'low'
        : severityOf(
            { sent, isKnown, isNewTarget, isRecentTarget, isServer },
            pass.values.alwaysMegabytes * MEGABYTE,
          );
      const port = portOf(row, 'Port');
      const first = instantOf(row, 'FirstTime');
      const last = instantOf(row, 'LastTime');
      const sight = sightOf([row]);
      return [
        {
          about: [src, dest],
          title: `${src} sent ${printBytes(sent)} to ${dest}`,
          reasons: [
            `${printBytes(sent)} went out in ${counted(numberOf(row, 'Flows'), 'connection')} on port ${printPort(port)} and ${printBytes(got)} came back: a producer-consumer ratio of ${ratio.toFixed(2)}.`,
            isKnown
              ? `On its median day the host carries ${printBytes(usual)} outside in this way, of ${printBytes(numberOf(row, 'UsualOut'))} that it sends there in all.`
              : 'The host is not known long enough to say what is usual for it.',
            standingReason(standing, dest, pass.knowledge.insideHosts),
            ...blindness(sight),
          ],
          first,
          last,
          severity,
          score: Math.min(
            1,
            0.5 +
              Math.log10(sent / (pass.values.leastMegabytes * MEGABYTE)) / 4 +
              (isNewTarget ? 0.2 : 0),
          ),
          confidence: (isKnown ? 0.7 : 0.5) * clarity(sight),
          entities: [ipEntity(src, 'actor', true), ipEntity(dest, 'target', false)],
          features: {
            sent,
            got,
            ratio,
            usualCarried: usual,
            usualOut: numberOf(row, 'UsualOut'),
            times,
            isServer,
            users: standing.users,
            ageDays: standing.ageDays ?? null,
            mostBefore: numberOf(row, 'MostBefore'),
          },
          evidence: {
            kql: flowsKql({ first, last }, [between(src, dest)]),
            rows: numberOf(row, 'Flows'),
          },
          magnitude: sent / MEGABYTE,
        },
      ];
    }),
  fires: [
    {
      says: 'Two gigabytes to an address that nobody knew, from a host that sends little',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(86_400, 8, -7 * 86_400) },
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(60, 20, 40_000),
          sent: 1e8,
          received: 1e6,
        },
      ],
    },
    {
      says: 'Six hundred megabytes in sixty pieces from a workstation that makes video calls every day',
      flows: [
        {
          src: '10.1.0.5',
          dest: '198.51.100.9',
          port: 3478,
          protocol: 'U',
          at: every(86_400, 8, -7 * 86_400),
          sent: 3e8,
          received: 4e8,
        },
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(60, 60, 40_000),
          sent: 1e7,
          received: 1e5,
        },
      ],
    },
  ],
  silent: [
    {
      says: 'The nightly copy to the place where it always goes',
      flows: [
        {
          src: '10.1.0.5',
          dest: '203.0.113.9',
          port: 443,
          at: every(86_400, 8, -7 * 86_400 + 7000),
          sent: 4e9,
          received: 4e6,
        },
      ],
    },
    {
      says: 'A build machine publishes where two others did the day before',
      flows: [
        { src: '10.1.0.5', dest: '198.51.100.9', port: 443, at: every(86_400, 4, -4 * 86_400) },
        ...hosts('10.1.0.', 5, 7).map((src, i) => ({
          src,
          dest: '203.0.113.9',
          port: 443,
          at: every(600, 8, (i === 0 ? 0 : -86_400) + 30_000),
          sent: 3e8,
          received: 3e5,
        })),
      ],
    },
    {
      says: 'A video call: as much in as out',
      flows: hosts('10.1.0.', 5, 6).map((src) => ({
        src,
        dest: '203.0.113.9',
        port: 3478,
        protocol: 'U',
        at: [40_000],
        sent: 9e8,
        received: 9e8,
      })),
    },
  ],
});
