import type { AnyDetector } from './detector.ts';
import { beacon } from './detectors/beacon.ts';
import { bruteForce } from './detectors/brute-force.ts';
import { exfiltration } from './detectors/exfiltration.ts';
import { exposure } from './detectors/exposure.ts';
import { flood } from './detectors/flood.ts';
import { hostScan } from './detectors/host-scan.ts';
import { lateralMovement } from './detectors/lateral-movement.ts';
import { longConnection } from './detectors/long-connection.ts';
import { passwordSpray } from './detectors/password-spray.ts';
import { portScan } from './detectors/port-scan.ts';
import { strobe } from './detectors/strobe.ts';

/** Every detector on flows, by name. */
export const DETECTORS: readonly AnyDetector[] = [
  beacon,
  bruteForce,
  exfiltration,
  exposure,
  flood,
  hostScan,
  lateralMovement,
  longConnection,
  passwordSpray,
  portScan,
  strobe,
];

export const findDetector = (name: string): AnyDetector | undefined =>
  DETECTORS.find((d) => d.name === name);
