import type { Check } from './check.ts';
import { certificate, configuration, files, sources } from './configured.ts';
import { clock, dataFolder, disk, node } from './machine.ts';
import { audit, engine, manifest, segments, server, times } from './stored.ts';

export type { Check, CheckContext, Finding } from './check.ts';

/** Everything that `weir doctor` looks at, in this order. */
export const CHECKS: readonly Check[] = [
  node,
  clock,
  configuration,
  dataFolder,
  disk,
  server,
  manifest,
  audit,
  segments,
  times,
  engine,
  certificate,
  sources,
  files,
];
