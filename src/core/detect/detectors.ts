import type { AnyDetector } from './detector.ts';
import { amplification } from './detectors/amplification.ts';
import { beacon } from './detectors/beacon.ts';
import { bruteForce } from './detectors/brute-force.ts';
import { covertCarrier } from './detectors/covert-carrier.ts';
import { drift } from './detectors/drift.ts';
import { exfiltration } from './detectors/exfiltration.ts';
import { exposure } from './detectors/exposure.ts';
import { firstService } from './detectors/first-service.ts';
import { flood } from './detectors/flood.ts';
import { flowRate } from './detectors/flow-rate.ts';
import { hostScan } from './detectors/host-scan.ts';
import { internalBeacon } from './detectors/internal-beacon.ts';
import { lateralMovement } from './detectors/lateral-movement.ts';
import { longConnection } from './detectors/long-connection.ts';
import { misconfiguration } from './detectors/misconfiguration.ts';
import { outwardFlood } from './detectors/outward-flood.ts';
import { passwordSpray } from './detectors/password-spray.ts';
import { portScan } from './detectors/port-scan.ts';
import { risingVolume } from './detectors/rising-volume.ts';
import { rogueNetwork } from './detectors/rogue-network.ts';
import { segmentation } from './detectors/segmentation.ts';
import { slowBeacon } from './detectors/slow-beacon.ts';
import { slowExfiltration } from './detectors/slow-exfiltration.ts';
import { slowScan } from './detectors/slow-scan.ts';
import { strobe } from './detectors/strobe.ts';

/** Every detector on flows, by name. */
export const DETECTORS: readonly AnyDetector[] = [
  amplification,
  beacon,
  bruteForce,
  covertCarrier,
  drift,
  exfiltration,
  exposure,
  firstService,
  flood,
  flowRate,
  hostScan,
  internalBeacon,
  lateralMovement,
  longConnection,
  misconfiguration,
  outwardFlood,
  passwordSpray,
  portScan,
  risingVolume,
  rogueNetwork,
  segmentation,
  slowBeacon,
  slowExfiltration,
  slowScan,
  strobe,
];

export const findDetector = (name: string): AnyDetector | undefined =>
  DETECTORS.find((d) => d.name === name);
