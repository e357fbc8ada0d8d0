import { type Entity, type Finding, ipEntity } from '#core/alert/index.ts';
import { printInstant } from '#core/base/index.ts';
import { type Found, HOUR } from './look.ts';

const titleOf = ({ measure, entity, point }: Found): string =>
  `${entity}: ${measure.print(point.value)} ${measure.label} in one hour, which is unusual for it`;

const entitiesOf = ({ measure, entity }: Found): readonly Entity[] =>
  measure.about === 'host' ? [ipEntity(entity, 'actor', true)] : [];

const queryOf = ({ measure, entity, point }: Found): string =>
  `HostHours | where TimeGenerated == datetime(${printInstant(point.at)}) and ${
    measure.about === 'host' ? `Ip == '${entity}'` : `ipv4_is_in_range(Ip, '${entity}')`
  }`;

/** A row of Anomalies. */
export function anomalyRow(found: Found): Readonly<Record<string, unknown>> {
  const { measure, entity, point, expected, score, confidence, reasons, z } = found;
  return {
    TimeGenerated: point.at,
    Id: `${measure.id} ${entity} ${printInstant(point.at)}`,
    RuleId: measure.id,
    RuleName: measure.name,
    RuleStatus: confidence < 0.5 ? 'Flighting' : 'Production',
    RuleConfigVersion: measure.version,
    AnomalyTemplateId: measure.id,
    AnomalyTemplateName: measure.name,
    AnomalyTemplateVersion: measure.version,
    Description: titleOf(found),
    AnomalyReasons: JSON.stringify(reasons),
    AnomalyDetails: JSON.stringify({
      Value: point.value,
      Usual: expected.usual,
      Deviations: z,
      Samples: expected.samples,
      Season: expected.season,
      Confidence: confidence,
    }),
    Score: score,
    StartTime: point.at,
    EndTime: point.at + HOUR,
    SourceIpAddress: measure.about === 'host' ? entity : '',
    Entities: JSON.stringify(entitiesOf(found).map((e) => ({ Type: e.type, ...e.identifiers }))),
    ExtendedProperties: JSON.stringify({ Query: queryOf(found) }),
    Tactics: measure.tactics.join(', '),
    Techniques: JSON.stringify(measure.techniques),
    VendorName: 'Weir',
    Type: 'Anomalies',
  };
}

const LEAST_SCORE = 0.8;
const LEAST_CONFIDENCE = 0.6;

/** The finding that an anomaly is worth, if any. */
export function findingOf(found: Found): Finding | undefined {
  const { measure, entity, point, expected, score, confidence, reasons, z } = found;
  const { finding } = measure;
  if (!finding || score < LEAST_SCORE || confidence < LEAST_CONFIDENCE) return undefined;
  if (point.value < Math.max(finding.least, finding.times * expected.usual)) return undefined;
  return {
    key: `${measure.id} ${entity}`,
    finder: {
      kind: 'detector',
      id: measure.id,
      name: measure.name,
      version: measure.version,
      family: 'baseline',
    },
    title: titleOf(found),
    reasons,
    first: point.at,
    last: point.at + HOUR,
    severity: point.value >= 10 * finding.least ? 'medium' : 'low',
    score,
    // A value that is unusual is not yet an attack.
    confidence: confidence / 2,
    tactics: measure.tactics,
    techniques: measure.techniques,
    entities: entitiesOf(found),
    features: {
      value: point.value,
      usual: expected.usual,
      deviations: z,
      samples: expected.samples,
      season: expected.season,
    },
    evidence: [{ kql: queryOf(found), rows: 1 }],
    nextSteps: measure.nextSteps,
    falsePositives: measure.falsePositives,
    customDetails: {},
    magnitude: point.value,
  };
}
