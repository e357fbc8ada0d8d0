import type { AnyDetector } from './detector.ts';
import { beacon } from './detectors/beacon.ts';
import { bruteForce } from './detectors/brute-force.ts';
import { exposure } from './detectors/exposure.ts';
import { flood } from './detectors/flood.ts';
import { hostScan } from './detectors/host-scan.ts';
import { longConnection } from './detectors/long-connection.ts';
import { portScan } from './detectors/port-scan.ts';
import { strobe } from './detectors/strobe.ts';

/** Every detector on flows, by name. */
export const DETECTORS: readonly AnyDetector[] = [
  beacon,
  bruteForce,
  exposure,
  flood,
  hostScan,
  longConnection,
  portScan,
  strobe,
];

export const findDetector = (name: string): AnyDetector | undefined =>
  DETECTORS.find((d) => d.name === name);
