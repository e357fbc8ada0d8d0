import { counted } from '#core/base/index.ts';
import { numberOf, type Row } from './row.ts';

/** How well a source shows what happened, over the rows of a claim. */
export interface Sight {
  /** Typical length of what one record covers, ms. */
  readonly windowMs: number;
  readonly samplingRate: number;
  /** Share of the allowed flows of which one direction was seen. */
  readonly oneWay: number;
}

/** From rows with WindowMs, SamplingRate, OneWayFlows and AllowedFlows. */
export function sightOf(rows: readonly Row[]): Sight {
  let windowMs = 0;
  let samplingRate = 1;
  let oneWay = 0;
  let allowed = 0;
  for (const row of rows) {
    windowMs = Math.max(windowMs, numberOf(row, 'WindowMs'));
    samplingRate = Math.max(samplingRate, numberOf(row, 'SamplingRate'));
    oneWay += numberOf(row, 'OneWayFlows');
    allowed += numberOf(row, 'AllowedFlows');
  }
  return { windowMs, samplingRate, oneWay: allowed > 0 ? oneWay / allowed : 0 };
}

const COARSE_MS = 60_000;

/** True where packets are missing that there were. */
export const isSampled = ({ samplingRate }: Sight): boolean => samplingRate > 1;

/** True where times are no finer than a minute. */
export const isCoarse = ({ windowMs }: Sight): boolean => windowMs > COARSE_MS;

/** What cannot be seen in such data, a sentence each; none where everything can. */
export function blindness({ windowMs, samplingRate, oneWay }: Sight): string[] {
  const sentences: string[] = [];
  if (windowMs > COARSE_MS)
    sentences.push(
      `The source tells of ${counted(windowMs / 60_000, 'minute')} at a time: when within them a connection began, and whether it was one or several, cannot be seen.`,
    );
  if (samplingRate > 1)
    sentences.push(
      `The source looks at about one packet in ${Math.round(samplingRate)}: most short flows are missing, counts are estimates, and that nothing came back cannot be told.`,
    );
  if (oneWay > 0.5 && samplingRate <= 1)
    sentences.push(
      'The source shows one direction only: whether anything was answered cannot be seen.',
    );
  return sentences;
}

/** How far such data can be believed: 1 where it is whole. */
export function clarity({ samplingRate, oneWay }: Sight): number {
  return (samplingRate > 1 ? 0.8 : 1) * (oneWay > 0.5 ? 0.8 : 1);
}
