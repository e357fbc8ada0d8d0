import type { Pass } from './detector.ts';
import { inWindow, isHost, TALKS } from './kql.ts';

/**
 * Threshold random walk over first contacts (Jung, Paxson, Berger, Balakrishnan 2004): of a host that means no harm 80 %
 * of the first contacts succeed, of a scanner 20 %. Each failure multiplies the likelihood by four, each success divides
 * it; 99 convicts at 1 % false alarms and 99 % detection.
 */
export const walk = (failed: number, talked: number): number => (failed - talked) * Math.log(4);
export const CONVICTS = Math.log(99);

/**
 * First contacts: each service that an address tried in the window, one row each, with whether they ever talked. Rows
 * that sum up services count as so many that did not.
 */
export function contactsKql(pass: Pass, more = 'true'): string {
  return `PairHours | ${inWindow(pass)} | where ${more} and ${isHost('SrcIp')} and (isempty(DestIp) or ${isHost('DestIp')})
  | extend Talks = ${TALKS}, Port = coalesce(DestPort, -1)
  | summarize Talked = max(tolong(Talks)), Pairs = max(Pairs), Flows = sum(Flows), Denied = sum(DeniedFlows), Allowed = sum(AllowedFlows),
      AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), Answered = sum(AllowedFlows - UnansweredFlows - OneWayFlows),
      FirstTime = min(FirstTime), LastTime = max(LastTime), SamplingRate = max(SamplingRate), WindowMs = max(WindowMs)
      by SrcIp, DestIp, Port, L4Protocol, SrcIsInside, DestIsInside`;
}

/** Counts over first contacts, after any by. */
export const CONTACT_COUNTS = `Failed = sumif(Pairs, Talked == 0), TalkedTo = countif(Talked == 1), Refused = countif(Talked == 0 and Denied > 0 and Allowed == 0), Answers = countif(Answered > 0),
      Flows = sum(Flows), AllowedFlows = sum(AllowedFlows), OneWayFlows = sum(OneWayFlows), FirstTime = min(FirstTime), LastTime = max(LastTime),
      SamplingRate = max(SamplingRate), WindowMs = max(WindowMs)`;
