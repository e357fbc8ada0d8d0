import { type AttackKind, beginOf, numberOf } from '../attack.ts';
import { MINUTE } from '../day.ts';

const UDP = 17;
const FORMS = ['call', 'datagram', 'long', 'visit'] as const;

/** Its name: it is found by feeds, not by detectors. */
export const CONTACT = 'contact';

export const contact: AttackKind = {
  name: CONTACT,
  technique: 'T1071',
  says: 'One or two talks with an address that a feed lists; nothing else about them is unusual.',
  grid: [1, 2].flatMap((times) =>
    FORMS.flatMap((form) => ['before', 'after'].map((listed) => ({ form, times, listed }))),
  ),
  happen(day, shape, victim) {
    const { random } = day;
    const listed = day.estate.stranger(random);
    const isVisit = shape['form'] === 'visit';
    let at = beginOf(day, shape, 7, 18);
    for (let n = numberOf(shape, 'times'); n > 0; n--) {
      day.say({
        at: Math.round(at),
        // Who calls a host of ours is let in where somebody answers.
        src: isVisit ? listed : victim.ip,
        dest: isVisit ? day.estate.the('web').ip : listed,
        destPort: shape['form'] === 'datagram' ? 53 : 443,
        ...(shape['form'] === 'datagram' ? { protocol: UDP } : {}),
        lastsMs: shape['form'] === 'long' ? 40 * MINUTE : random.around(3000, 0.6),
        bytesOut: random.around(900, 0.6),
        bytesIn: random.around(3000, 0.8),
      });
      at += random.around(60 * MINUTE, 0.5);
    }
    return isVisit
      ? { actor: listed, targets: [day.estate.the('web').ip] }
      : { actor: victim.ip, targets: [listed] };
  },
};
