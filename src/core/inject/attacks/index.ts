import type { AttackKind } from '../attack.ts';
import { beacon } from './beacon.ts';
import { exfiltration } from './exfiltration.ts';
import { exposure } from './exposure.ts';
import { flood } from './flood.ts';
import { movement } from './movement.ts';
import { guessing, spraying } from './passwords.ts';
import { hostScan, portScan } from './scans.ts';

/** What attackers do. */
export const ATTACKS: readonly AttackKind[] = [
  beacon,
  portScan,
  hostScan,
  guessing,
  spraying,
  flood,
  exposure,
  movement,
  exfiltration,
];
