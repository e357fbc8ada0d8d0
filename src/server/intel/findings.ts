import { type Finding, ipEntity, severityRank, worse } from '#core/alert/index.ts';
import {
  counted,
  parseIp,
  printBytes,
  printCount,
  printInstant,
  printMoment,
} from '#core/base/index.ts';
import { isPublicKind, specialKind } from '#core/enrich/index.ts';
import { judgeContact, type Role, type Verdict } from '#core/intel/index.ts';
import type { ContactRow } from './state.ts';

const DAY = 86_400_000_000;
/** Addresses change hands: what was so long before its source saw it first was somebody else. */
const REUSED_AFTER = 14 * DAY;

/** ATT&CK, by what stands behind the value. */
const ATTACK: Readonly<Partial<Record<Role, readonly [tactic: string, technique: string]>>> = {
  c2: ['CommandAndControl', 'T1071'],
  payload: ['CommandAndControl', 'T1105'],
  sinkhole: ['CommandAndControl', 'T1071'],
  phishing: ['InitialAccess', 'T1566'],
  miner: ['Impact', 'T1496'],
  scanner: ['Reconnaissance', 'T1595'],
  bruteforcer: ['CredentialAccess', 'T1110'],
};

/** Roles that say where somebody comes from, not that he attacks. */
const TAGS: ReadonlySet<Role> = new Set<Role>(['tor', 'proxy']);

/** Where people log in to work on a machine: SSH, Telnet, SMB, RDP, VNC, WinRM. */
const LOG_IN_PORTS: ReadonlySet<number> = new Set([22, 23, 445, 3389, 5900, 5985, 5986]);
/** Bytes back of a connection in which somebody works; a log-in that is refused gets a few thousand. */
const LEAST_WORK = 20_000;

/** How grave one contact is; undefined when it lies too long before the indicator to mean anything. */
export function judge(contact: ContactRow): Verdict | undefined {
  const { indicator, last } = contact;
  if (indicator.firstSeen !== null && last < indicator.firstSeen - REUSED_AFTER) return undefined;
  return judgeContact({
    role: indicator.role,
    confidence: indicator.confidence,
    flags: indicator.flags,
    direction: contact.direction,
    replyBytes: contact.replyBytes,
    wasAllowed: contact.allowed > 0,
    gotIn:
      LOG_IN_PORTS.has(contact.port ?? 0) &&
      contact.allowed > 0 &&
      contact.replyBytes >= LEAST_WORK * contact.allowed,
    isHistoric: indicator.validUntil !== null && last >= indicator.validUntil,
    isEnrichmentOnly: TAGS.has(indicator.role),
  });
}

/**
 * One claim: that a host had to do with a value that feeds name. All contacts of the two are given, latest first. Undefined
 * where nothing of it is worth a person's time: what comes in and is not answered, tags, denied attempts.
 */
export function findingOf(contacts: readonly ContactRow[]): Finding | undefined {
  const judged = contacts.flatMap((contact) => {
    const verdict = judge(contact);
    return verdict ? [{ contact, verdict }] : [];
  });
  const [worst] = judged.toSorted(
    (a, b) =>
      severityRank(b.verdict.severity) - severityRank(a.verdict.severity) ||
      b.verdict.confidence - a.verdict.confidence,
  );
  if (!worst || worst.verdict.severity === 'informational') return undefined;
  const { contact, verdict } = worst;
  const { asset, seen, direction, indicator } = contact;
  const same = judged.filter((j) => j.contact.direction === direction).map((j) => j.contact);
  const sum = (of: (c: ContactRow) => number) => same.reduce((total, c) => total + of(c), 0);
  const first = Math.min(...same.map((c) => c.first));
  const last = Math.max(...same.map((c) => c.last));
  const ports = [...new Set(same.flatMap((c) => c.port ?? []))].sort((a, b) => a - b);
  const isOut = direction === 'outbound';
  const named = indicator.value === seen ? seen : `${seen} (of ${indicator.value})`;
  const what =
    indicator.role === 'unknown'
      ? 'a known bad address'
      : `known for ${ROLE_WORDS[indicator.role]}`;
  const attack = ATTACK[indicator.role];
  const [actor, target] = isOut ? [asset, seen] : [seen, asset];
  return {
    key: `indicator ${direction} ${asset} ${seen}`,
    finder: {
      kind: 'indicator',
      id: indicator.feeds[0] ?? 'indicators',
      name: indicator.feeds.join(', '),
      version: '1',
      family: 'indicator',
    },
    title: isOut ? `${asset} called ${seen}, ${what}` : `${seen}, ${what}, reached ${asset}`,
    reasons: [
      `${named} is named by ${indicator.feeds.join(' and ')}${indicator.firstSeen === null ? '' : `, first seen ${printMoment(indicator.firstSeen)}`}.`,
      `${counted(
        sum((c) => c.flows),
        'flow',
      )}, ${printCount(sum((c) => c.allowed))} of them allowed, on ${ports.length > 0 ? `port ${ports.slice(0, 10).join(', ')}` : contact.protocol}; ${printBytes(sum((c) => c.sentBytes))} went there and ${printBytes(sum((c) => c.replyBytes))} came back.`,
      `Confidence ${Math.round(verdict.confidence)} of 100: ${verdict.reason}.`,
    ],
    first,
    last,
    severity: judged.reduce((found, j) => worse(found, j.verdict.severity), verdict.severity),
    score: sum((c) => c.replyBytes) > 0 ? 1 : 0.5,
    confidence: Math.min(1, verdict.confidence / 100),
    tactics: attack ? [attack[0]] : [],
    techniques: attack ? [attack[1]] : [],
    entities: [
      ipEntity(actor, 'actor', isOut ? isInside(asset) : undefined),
      ipEntity(target, 'target', isOut ? undefined : isInside(asset)),
    ],
    features: {
      indicator: indicator.value,
      type: indicator.type,
      role: indicator.role,
      feeds: indicator.feeds,
      effectiveConfidence: indicator.confidence,
      direction,
      flows: sum((c) => c.flows),
      allowedFlows: sum((c) => c.allowed),
      replyBytes: sum((c) => c.replyBytes),
      dwellDays: Math.floor((last - first) / DAY),
    },
    evidence: [{ kql: evidenceKql(actor, target, first, last), rows: sum((c) => c.flows) }],
    nextSteps: isOut
      ? [
          `Find what on ${asset} opened these connections.`,
          `Look at what else ${asset} called at that time.`,
          `Block ${seen} if nothing needs it.`,
        ]
      : [
          `See whether ${asset} is meant to answer ${seen}.`,
          `Look for logins and new connections of ${asset} after the first contact.`,
        ],
    falsePositives: [
      'An address that several sites share, or that has changed hands since.',
      'Security tools that look the address up on purpose.',
    ],
    customDetails: { Indicator: [indicator.value], Feeds: indicator.feeds },
    magnitude: sum((c) => c.flows),
  };
}

/**
 * One claim for all that a look into the past found and did not tell singly. `key` names the look, `total` is how many there
 * are by now, `others` those of its latest part.
 */
export function summaryOf(key: string, total: number, others: readonly Finding[]): Finding {
  const feeds = [...new Set(others.map(({ finder }) => finder.id))];
  const isGrave = others.some(({ severity }) => severityRank(severity) >= severityRank('medium'));
  return {
    key: `indicator look-back ${key}`,
    finder: {
      kind: 'indicator',
      id: 'look-back',
      name: 'Look back for new indicators',
      version: '1',
      family: 'indicator',
    },
    title: `${total} more contacts of the past with indicators that are new`,
    reasons: [
      `What feeds brought newly was looked for in stored traffic. The gravest are told singly; ${total} more pairs of a host and a value are not, so that one feed cannot flood the queue.`,
      `Feeds of the latest of them: ${feeds.slice(0, 10).join(', ')}.`,
    ],
    first: Math.min(...others.map(({ first }) => first)),
    last: Math.max(...others.map(({ last }) => last)),
    severity: isGrave ? 'medium' : 'low',
    score: 0.5,
    confidence: Math.max(...others.map(({ confidence }) => confidence)),
    tactics: [],
    techniques: [],
    entities: [],
    features: { contacts: total, feeds },
    evidence: [],
    nextSteps: [
      'Look through Sightings on the page Indicators: every contact is listed there.',
      'See whether one feed names what many hosts use; then lower its trust, or declare the value harmless.',
    ],
    falsePositives: ['A feed that came with the addresses of a content network or a cloud.'],
    customDetails: { Feeds: feeds },
    magnitude: total,
  };
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  c2: 'command and control',
  payload: 'serving malware',
  phishing: 'phishing',
  miner: 'mining coins',
  scanner: 'scanning',
  bruteforcer: 'guessing passwords',
  spam: 'spam',
  hijacked: 'networks that criminals run',
  sinkhole: 'a sinkhole of infected hosts',
  tor: 'Tor',
  proxy: 'proxies',
  unknown: 'bad behaviour',
};

function isInside(address: string): boolean | undefined {
  const words = parseIp(address);
  return words && !isPublicKind(specialKind(words)) ? true : undefined;
}

const literal = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

function evidenceKql(src: string, dest: string, first: number, last: number): string {
  // Times of rows are rounded by their sources: an hour on both sides.
  const from = printInstant(first - 3_600_000_000);
  const to = printInstant(last + 3_600_000_000);
  return `Flows | where TimeGenerated between (datetime(${from}) .. datetime(${to})) | where SrcIp == ${literal(src)} and DestIp == ${literal(dest)}`;
}
