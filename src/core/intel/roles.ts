import type { Role, Tlp } from './indicator.ts';

/** First match decides, so the telling words come before the general ones. */
const WORDS: readonly (readonly [RegExp, Role])[] = [
  [/sink-?hole/i, 'sinkhole'],
  [
    /botnet.?cc|\bc2\b|c&c|\bcnc\b|command.and.control|command-?control|controller|c2-server/i,
    'c2',
  ],
  [/phish|credential.harvest/i, 'phishing'],
  [/miner|mining|cryptojack|coinhive/i, 'miner'],
  [/brute|\bssh\b|\bspray|password.guess/i, 'bruteforcer'],
  [/\btor\b|tor_ip|tor.exit|exit.node/i, 'tor'],
  [/proxy|\bvpn\b|anonymi[sz]/i, 'proxy'],
  [/scan|recon|darknet|honeypot|attacker/i, 'scanner'],
  [/\bspam/i, 'spam'],
  [/hijack|\bdrop\b|bulletproof/i, 'hijacked'],
  [/payload|malware|mal_|download|dropper|distribution|ransom|trojan|exploit/i, 'payload'],
  [/botnet|\bbot\b/i, 'c2'],
];

/** The role that the words of a source speak of; `unknown` when they name none. */
export function roleOf(...texts: readonly string[]): Role {
  for (const text of texts)
    for (const [pattern, role] of WORDS) if (pattern.test(text)) return role;
  return 'unknown';
}

/** `TLP:AMBER+STRICT`, `tlp:white`, `amber` … as a level; '' for anything else. */
export function tlpOf(text: string): Tlp | '' {
  switch (
    text
      .trim()
      .toLowerCase()
      .replace(/^tlp:?/, '')
      .replaceAll(' ', '')
  ) {
    case 'white':
    case 'clear':
      return 'clear';
    case 'green':
      return 'green';
    case 'amber':
      return 'amber';
    case 'amber+strict':
    case 'amberstrict':
      return 'amber+strict';
    case 'red':
      return 'red';
    default:
      return '';
  }
}

/**
 * 0 to 100 of a number, or of a word on STIX 2.1's None/Low/Med/High scale (appendix A); null for neither.
 */
export function confidenceOf(text: string): number | null {
  const words: Readonly<Record<string, number>> = {
    none: 0,
    low: 15,
    unconfirmed: 15,
    medium: 50,
    med: 50,
    moderate: 50,
    elevated: 50,
    high: 85,
    confirmed: 95,
  };
  const plain = text.trim().toLowerCase();
  if (plain === '') return null;
  const number = Number(plain.replace(/%$/, ''));
  if (Number.isFinite(number)) return Math.round(Math.min(100, Math.max(0, number)));
  return Object.hasOwn(words, plain) ? words[plain]! : null;
}
