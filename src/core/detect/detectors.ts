import type { AnyDetector } from './detector.ts';
import { beacon } from './detectors/beacon.ts';

/** Every detector on flows, by name. */
export const DETECTORS: readonly AnyDetector[] = [beacon];

export const findDetector = (name: string): AnyDetector | undefined =>
  DETECTORS.find((d) => d.name === name);
