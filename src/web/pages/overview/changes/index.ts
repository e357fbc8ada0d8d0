import { callingHome } from './calling-home.ts';
import { diskShort, fallenBehind, incomplete, loggedTwice, sourceQuiet } from './data-trouble.ts';
import { deniedMore } from './denied-more.ts';
import type { Finding } from './finding.ts';
import { knocking } from './knocking.ts';
import { malicious } from './malicious.ts';
import { newlyExposed } from './newly-exposed.ts';
import { newlyServed } from './newly-served.ts';
import { openIncidents } from './open-incidents.ts';
import { sendingMore } from './sending-more.ts';
import { sweeping } from './sweeping.ts';
import { unusual } from './unusual.ts';

export { type Change, type Context, chooseChanges, type Finding, type Step } from './finding.ts';

/** Everything the Overview looks for. */
export const FINDINGS: readonly Finding[] = [
  callingHome,
  deniedMore,
  diskShort,
  fallenBehind,
  incomplete,
  knocking,
  loggedTwice,
  malicious,
  newlyExposed,
  newlyServed,
  openIncidents,
  sendingMore,
  sourceQuiet,
  sweeping,
  unusual,
];
