import type { AttackKind } from '../attack.ts';
import { beacon } from './beacon.ts';
import { contact } from './contact.ts';
import { exfiltration } from './exfiltration.ts';
import { exposure } from './exposure.ts';
import { flood } from './flood.ts';
import { hostScan } from './host-scan.ts';
import { movement } from './movement.ts';
import { passwordGuessing } from './password-guessing.ts';
import { passwordSpraying } from './password-spraying.ts';
import { portScan } from './port-scan.ts';
import { relay } from './relay.ts';
import { slowScan } from './slow-scan.ts';

/** What attackers do. */
export const ATTACKS: readonly AttackKind[] = [
  beacon,
  relay,
  portScan,
  hostScan,
  slowScan,
  passwordGuessing,
  passwordSpraying,
  flood,
  exposure,
  movement,
  exfiltration,
  contact,
];
