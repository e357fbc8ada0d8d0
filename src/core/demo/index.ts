import { type LogFile, vnetFiles, vpcFiles } from '#core/traffic/index.ts';
import { gcpFiles } from './gcp.ts';
import { nicOf, printBadAddresses, printNetworks } from './network.ts';
import { trafficOfHour } from './traffic.ts';

const HOUR = 3_600_000;
/** Hours of traffic before the anchor. */
export const DEMO_HOURS = 24;

/** The full hour before an instant, both in milliseconds. */
export function lastFullHour(now: number): number {
  return Math.floor(now / HOUR) * HOUR;
}

/**
 * The demo: a day of flow logs of two Azure regions, AWS and GCP in their real formats and layouts, ending at `anchor`
 * (milliseconds, a full hour), with a port scan, a password guessing that succeeds, a beacon, an exfiltration and a missing
 * rule in it. The same anchor gives the same bytes.
 */
export function* demoFiles(anchor: number): Generator<LogFile> {
  const conversations = Array.from({ length: DEMO_HOURS }, (_, i) => {
    const hoursLeft = DEMO_HOURS - 1 - i;
    return trafficOfHour('weir', anchor - (hoursLeft + 1) * HOUR, hoursLeft);
  }).flat();
  yield* vnetFiles(conversations, nicOf('azure'), anchor);
  yield* vpcFiles(conversations, nicOf('aws'), anchor);
  yield* gcpFiles(conversations);
}

/** What a team would tell Weir about the demo's estate: `networks.yaml` and a list of bad addresses. */
export const demoKnowledge = { networks: printNetworks, badAddresses: printBadAddresses };
