import type { Severity } from '#core/alert/index.ts';
import type { Role } from './indicator.ts';
import { TERM_FLAGS } from './match/terms.ts';
import { directionOf } from './weigh.ts';

/** What was seen between an inside host and a value that is looked for. */
export interface Contact {
  readonly role: Role;
  /** 0 to 100, effective. */
  readonly confidence: number;
  /** Of TERM_FLAGS. */
  readonly flags: number;
  readonly direction: 'outbound' | 'inbound';
  /** Bytes that the host outside sent back to what the inside began, or was answered with. */
  readonly replyBytes: number;
  readonly wasAllowed: boolean;
  /** It came in where people log in, and more went back than a refusal is. */
  readonly gotIn: boolean;
  /** True when the event lies outside the time for which the indicator is known to hold. */
  readonly isHistoric: boolean;
  /** Networks that are bad as a whole, and roles without meaning for alerts: Tor exits, proxies. */
  readonly isEnrichmentOnly: boolean;
}

export interface Verdict {
  readonly severity: Severity;
  /** 0 to 100, after history and sharing. */
  readonly confidence: number;
  readonly reason: string;
}

const HIGH = 70;
const MEDIUM = 40;

/**
 * How grave a contact is. Outbound and answered with at least 70 effective confidence is high, from 40 on medium, below that
 * evidence for correlation (low); an attempt that was denied still tells of the host. What comes in is informational unless it
 * got an answer, and as grave as what goes out where it got in. A sinkhole answers for an infection: one step up. Scanners that are known to be harmless stay informational.
 */
export function judgeContact(contact: Contact): Verdict {
  const confidence = contact.isHistoric ? contact.confidence / 2 : contact.confidence;
  const verdict = (severity: Severity, reason: string): Verdict => ({
    severity,
    confidence,
    reason,
  });
  if (contact.flags & TERM_FLAGS.scanner)
    return verdict('informational', 'a known scanner of the internet');
  if (contact.isEnrichmentOnly) return verdict('informational', 'a tag, not evidence of an attack');
  const isAnswered = contact.replyBytes > 0;
  if (contact.direction === 'inbound') {
    if (!contact.wasAllowed) return verdict('informational', 'it was denied');
    if (contact.gotIn && confidence >= MEDIUM)
      return verdict(
        confidence >= HIGH ? 'high' : 'medium',
        'it came in where people log in, and got more than a refusal',
      );
    if (!isAnswered || directionOf(contact.role) === 'outbound')
      return verdict('informational', 'it came in and got no answer that matters');
    return verdict(confidence >= HIGH ? 'medium' : 'low', 'it came in and was answered');
  }
  if (contact.flags & TERM_FLAGS.sinkhole || contact.role === 'sinkhole')
    return verdict(
      confidence >= MEDIUM ? 'high' : 'medium',
      'a sinkhole: what calls it is infected',
    );
  if (directionOf(contact.role) === 'inbound')
    return verdict('low', 'known for attacks from outside; an inside host called it');
  if (!contact.wasAllowed)
    return verdict(confidence >= HIGH ? 'medium' : 'low', 'an inside host tried it and was denied');
  if (!isAnswered)
    return verdict(
      confidence >= HIGH ? 'medium' : 'low',
      'an inside host called it and got no answer',
    );
  if (confidence >= HIGH) return verdict('high', 'an inside host called it and was answered');
  if (confidence >= MEDIUM) return verdict('medium', 'an inside host called it and was answered');
  return verdict('low', 'an inside host called it; the indicator alone is weak');
}
