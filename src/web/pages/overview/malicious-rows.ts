import { kqlWithin } from '#web/base/kql.ts';
import type { Interval } from '#web/base/range.ts';

const HOUR_MS = 3_600_000;

/** Both addresses, whichever of them the record names first. */
const PAIR = 'iff(SrcIp < DestIp, strcat(SrcIp, " ", DestIp), strcat(DestIp, " ", SrcIp))';

/**
 * Raw flows with a column `IsMalicious`. What is on a list of bad addresses is known of reduced flows; being so is a matter
 * of the two addresses alone, so the pairs of the same hours tell it of raw ones.
 */
export function markMalicious(rows: string, { from, to }: Interval): string {
  const hours = { from: Math.floor(from / HOUR_MS) * HOUR_MS, to };
  return `${rows}\n| extend IsMalicious = ${PAIR} in ((\n    TrafficByPair\n    | where ${kqlWithin('TimeGenerated', hours)} and FlowType == "MaliciousFlow"\n    | project Pair = ${PAIR}\n    | distinct Pair))`;
}
