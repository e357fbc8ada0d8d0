export {
  createIntel,
  type FeedView,
  type Intel,
  type IntelOptions,
  type Sighting,
} from './create-intel.ts';
export { IntelRefused } from './refused.ts';
export { BY_HAND, type FeedSettings, type WarningListSettings } from './settings.ts';
