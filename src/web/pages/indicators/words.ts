import type { Tone } from '#web/widgets/index.ts';

export const SEVERITY_TONES: Readonly<Record<string, Tone>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'deny',
  low: 'plain',
  informational: 'plain',
};

/** What stands behind a value, as people say it. */
export const ROLE_WORDS: Readonly<Record<string, string>> = {
  c2: 'command and control',
  payload: 'serves malware',
  phishing: 'phishing',
  miner: 'mines coins',
  scanner: 'scans',
  bruteforcer: 'guesses passwords',
  spam: 'spam',
  hijacked: 'criminal network',
  sinkhole: 'sinkhole',
  tor: 'Tor',
  proxy: 'proxy',
  unknown: 'bad',
};

export const roleWords = (role: string): string => ROLE_WORDS[role] ?? role;
