import type { Habit } from '../habit.ts';
import { backups } from './backups.ts';
import { browsing } from './browsing.ts';
import { builds } from './builds.ts';
import { change } from './change.ts';
import { crowd } from './crowd.ts';
import { guests } from './guests.ts';
import { health } from './health.ts';
import { leases } from './leases.ts';
import { meetings } from './meetings.ts';
import { misconfiguration } from './misconfiguration.ts';
import { monitoring } from './monitoring.ts';
import { names } from './names.ts';
import { noise } from './noise.ts';
import { office } from './office.ts';
import { printing } from './printing.ts';
import { push } from './push.ts';
import { remote } from './remote.ts';
import { scanning } from './scanning.ts';
import { services } from './services.ts';
import { telemetry } from './telemetry.ts';
import { time } from './time.ts';
import { updates } from './updates.ts';
import { uploads } from './uploads.ts';

/** What happens on every day of an estate. */
export const HABITS: readonly Habit[] = [
  browsing,
  names,
  office,
  services,
  time,
  updates,
  telemetry,
  push,
  meetings,
  uploads,
  backups,
  monitoring,
  scanning,
  builds,
  noise,
  misconfiguration,
  change,
  crowd,
  guests,
  health,
  leases,
  printing,
  remote,
];
