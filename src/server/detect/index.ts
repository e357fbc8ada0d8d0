export { createDetection, type Detection, type DetectionOptions } from './create-detection.ts';
export {
  type DetectDeps,
  type DetectOptions,
  detectWindow,
  type LookDone,
} from './detect-window.ts';
export type { DetectorState } from './detection-state.ts';
