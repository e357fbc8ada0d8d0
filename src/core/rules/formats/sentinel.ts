import { type Grouping, readSeverity, type Severity } from '#core/alert/index.ts';
import { Fields, isMap, type RuleDocument } from '../fields.ts';
import type { RuleProblem } from '../problem.ts';
import {
  type AlertDetails,
  LIMITS,
  type Rule,
  type Schedule,
  TRIGGER_OPERATORS,
  type Trigger,
} from '../rule.ts';
import { isRetired } from '../status.ts';
import { readTactic, readTechnique } from '../technique.ts';
import { readEntities } from './entities.ts';
import { type RuleFormat, tellUnread } from './format.ts';
import { readTests } from './tests.ts';

/**
 * Analytics rules of Microsoft Sentinel as the public repository writes them (github.com/Azure/Azure-Sentinel, YAML),
 * with what Weir adds: `tests`, `falsePositives`, `nextSteps`, `references`, `enabled`, `role` of an entity. What the
 * repository leaves out has a default.
 */
export const sentinel: RuleFormat = {
  name: 'sentinel',
  accepts: (value) => typeof value['query'] === 'string' && !isMap(value['properties']),
  read(documents) {
    const problems: RuleProblem[] = [];
    const rules = documents.flatMap((document) => {
      const title = document.yaml.valueAt(['name']);
      const fields = new Fields(document, problems, typeof title === 'string' ? title : '');
      return readAnalyticsRule(document, fields, 'sentinel') ?? [];
    });
    return { rules, problems };
  },
};

const KINDS = ['Scheduled', 'NRT'] as const;
const OPERATORS = [...TRIGGER_OPERATORS, 'GreaterThan', 'LessThan', 'Equal', 'NotEqual'] as const;
const SHORT = { GreaterThan: 'gt', LessThan: 'lt', Equal: 'eq', NotEqual: 'ne' } as const;
const KNOWN = [
  'id', 'kind', 'name', 'displayName', 'description', 'severity', 'status', 'enabled', 'query', 'queryFrequency',
  'queryPeriod', 'triggerOperator', 'triggerThreshold', 'tactics', 'relevantTechniques', 'techniques',
  'entityMappings', 'sentinelEntitiesMappings', 'customDetails', 'alertDetailsOverride', 'eventGroupingSettings',
  'suppressionEnabled', 'suppressionDuration', 'incidentConfiguration', 'version', 'tests', 'falsePositives',
  'nextSteps', 'references', 'requiredDataConnectors', 'subTechniques',
]; // biome-ignore format: one list
/** Of metric rules, whose query is made of them. */
const METRIC = ['series', 'value', 'by', 'every', 'threshold'];
/** What says nothing of what a rule does. */
const ABOUT = [
  'tags', 'metadata', 'alertRuleTemplateName', 'templateVersion', 'lastModifiedUtc', 'lastUpdatedDateUTC',
  'createdDateUTC', 'alertRulesCreatedByTemplateCount', 'etag', 'author', 'support', 'categories', 'source',
]; // biome-ignore format: one list
/** What Sentinel has and Weir does otherwise. */
const OTHERWISE: Readonly<Record<string, string>> = {
  startTimeUtc: 'Runs end at multiples of queryFrequency; take it away',
  dataTypes: 'Weir knows the tables of a rule by its query; take it away',
};

/** A rule by Sentinel's fields; undefined when something is wrong that cannot be left out. */
export function readAnalyticsRule(
  document: RuleDocument,
  fields: Fields,
  format: string,
): Rule | undefined {
  const warnedBefore = fields.warnings.length;
  tellUnread(fields, {
    read: format === 'metric' ? [...KNOWN, ...METRIC] : KNOWN,
    about: ABOUT,
    otherwise: OTHERWISE,
  });
  const refusedBefore = fields.refusals;
  const name =
    fields.text('name', LIMITS.nameLength) ?? fields.needText('displayName', LIMITS.nameLength);
  const query = fields.needText('query', LIMITS.queryLength).trim();
  const schedule = readSchedule(fields);
  const rule: Rule = {
    id: fields.needText('id'),
    name: name.trim(),
    description: unquote(fields.text('description', LIMITS.descriptionLength) ?? ''),
    severity: readLevel(fields),
    ...readAttack(fields),
    query,
    schedule,
    trigger: readTrigger(fields),
    ...readSuppression(fields),
    eventGrouping:
      fields
        .under('eventGroupingSettings')
        .choice('aggregationKind', ['SingleAlert', 'AlertPerResult']) ?? 'SingleAlert',
    entities: readEntities(fields),
    entityColumns: fields
      .list('sentinelEntitiesMappings')
      .flatMap((f) => f.text('columnName') ?? []),
    alertDetails: readAlertDetails(fields.under('alertDetailsOverride')),
    customDetails: readCustomDetails(fields),
    ...readGrouping(fields),
    falsePositives: fields.texts('falsePositives'),
    nextSteps: fields.texts('nextSteps'),
    references: fields.texts('references'),
    tests: readTests(fields),
    version: fields.text('version') ?? '1.0.0',
    isEnabled: readEnabled(fields),
    warnings: fields.warnings.slice(warnedBefore),
    connectors: readConnectors(fields),
    source: { file: document.file, line: fields.line, format },
  };
  return fields.refusals > refusedBefore ? undefined : rule;
}

/** What `enabled` says; a template that its author has retired rests without it. */
function readEnabled(fields: Fields): boolean {
  const enabled = fields.flag('enabled');
  const status = fields.text('status');
  if (enabled !== undefined || !isRetired(status)) return enabled ?? true;
  fields.problem(
    ['status'],
    `its status is ${status}: it does not run`,
    'Enable it on the page of rules, or with enabled: true, if it should.',
    'warning',
  );
  return false;
}

/** Descriptions of the public repository often stand in quotes inside a block. */
const unquote = (text: string) =>
  text
    .trim()
    .replace(/^'([\s\S]*)'$/, '$1')
    .trim();

function readLevel(fields: Fields): Severity {
  const text = fields.text('severity');
  const severity = readSeverity(text ?? 'medium');
  if (!severity)
    fields.problem(
      ['severity'],
      `severity cannot be ${text}`,
      'Use Informational, Low, Medium, High or Critical.',
    );
  return severity ?? 'medium';
}

function readSchedule(fields: Fields): Schedule {
  const kind = fields.choice('kind', KINDS) ?? 'Scheduled';
  if (kind === 'NRT') return { kind: 'near-real-time' };
  const period = fields.duration('queryPeriod') ?? fields.duration('queryFrequency') ?? 3600e6;
  const frequency = fields.duration('queryFrequency') ?? Math.min(period, 3600e6);
  if (frequency < LIMITS.shortestFrequency)
    fields.problem(
      ['queryFrequency'],
      'queryFrequency is under a minute',
      'Write kind: NRT for a rule that runs on arrival.',
    );
  if (period > LIMITS.longestPeriod)
    fields.problem(['queryPeriod'], 'queryPeriod is over 14 days', 'Use at most 14d.');
  if (period < frequency)
    fields.problem(
      ['queryPeriod'],
      'queryPeriod is shorter than queryFrequency, so that some rows are never looked at',
      'Make it as long, or longer.',
    );
  return { kind: 'every', frequency, period };
}

function readTrigger(fields: Fields): Trigger {
  const word = fields.choice('triggerOperator', OPERATORS) ?? 'gt';
  const operator = TRIGGER_OPERATORS.find((o) => o === word) ?? SHORT[word as keyof typeof SHORT];
  const threshold = fields.number('triggerThreshold') ?? 0;
  if (threshold < 0 || !Number.isInteger(threshold))
    fields.problem(
      ['triggerThreshold'],
      `triggerThreshold cannot be ${threshold}`,
      'Write a whole number from 0 on.',
    );
  return { operator, threshold };
}

function readAttack(fields: Fields): Pick<Rule, 'tactics' | 'techniques'> {
  const tactics = fields.texts('tactics').flatMap((text) => {
    const tactic = readTactic(text);
    if (!tactic)
      fields.problem(['tactics'], `there is no tactic ${text}`, 'Use ATT&CK names.', 'warning');
    return tactic ?? [];
  });
  const key = fields.has('relevantTechniques') ? 'relevantTechniques' : 'techniques';
  const techniques = [...fields.texts(key), ...fields.texts('subTechniques')].flatMap((text) => {
    const id = readTechnique(text);
    if (!id)
      fields.problem(
        [key],
        `there is no technique ${text}`,
        'Write T1046 or T1021.001.',
        'warning',
      );
    else if (id !== text.trim())
      fields.problem([key], `ATT&CK has replaced ${text} by ${id}`, `Write ${id}.`, 'warning');
    return id ?? [];
  });
  return { tactics: [...new Set(tactics)], techniques: [...new Set(techniques)] };
}

/** Which logs it was written for: `AzureFirewall (AzureDiagnostics)`. */
function readConnectors(fields: Fields): readonly string[] {
  return fields.list('requiredDataConnectors').flatMap((connector) => {
    const id = connector.text('connectorId');
    const types = connector.texts('dataTypes');
    return id === undefined ? [] : [types.length > 0 ? `${id} (${types.join(', ')})` : id];
  });
}

function readSuppression(fields: Fields): Pick<Rule, 'suppression'> {
  const suppression = fields.duration('suppressionDuration');
  return fields.flag('suppressionEnabled') && suppression !== undefined ? { suppression } : {};
}

function readAlertDetails(fields: Fields): AlertDetails {
  const optional = {
    nameFormat: fields.text('alertDisplayNameFormat', LIMITS.nameLength),
    descriptionFormat: fields.text('alertDescriptionFormat', LIMITS.descriptionLength),
    severityColumn: fields.text('alertSeverityColumnName'),
    tacticsColumn: fields.text('alertTacticsColumnName'),
    techniquesColumn: fields.text('alertTechniquesColumnName'),
  };
  const listed = fields.list('alertDynamicProperties');
  const techniques = listed.find((p) => p.text('alertProperty') === 'Techniques')?.text('value');
  if (optional.techniquesColumn === undefined) optional.techniquesColumn = techniques;
  const properties = fields.list('alertDynamicProperties').flatMap((p) => {
    const property = p.needText('alertProperty');
    const column = p.needText('value');
    return property && column ? [{ property, column }] : [];
  });
  return { ...withoutUndefined(optional), properties };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Present<T> {
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}

function readCustomDetails(fields: Fields): Rule['customDetails'] {
  const details = fields.under('customDetails');
  const names = Object.keys(details.value);
  if (names.length > LIMITS.customDetails)
    fields.problem(
      ['customDetails'],
      `${names.length} custom details`,
      'Keep at most 20.',
      'warning',
    );
  return Object.fromEntries(
    names.slice(0, LIMITS.customDetails).flatMap((name) => {
      const column = details.text(name);
      return column === undefined ? [] : [[name, column]];
    }),
  );
}

const MATCHING = ['AllEntities', 'AnyAlert', 'Selected'] as const;

function readGrouping(fields: Fields): { grouping?: Grouping } {
  if (!fields.has('incidentConfiguration')) return {};
  const incident = fields.under('incidentConfiguration');
  const grouping = incident.under('groupingConfiguration');
  const matching = grouping.choice('matchingMethod', MATCHING) ?? 'AllEntities';
  const byEntities = grouping.texts('groupByEntities');
  const byAlertDetails = grouping.texts('groupByAlertDetails');
  const byCustomDetails = grouping.texts('groupByCustomDetails');
  if (
    matching === 'Selected' &&
    byEntities.length + byAlertDetails.length + byCustomDetails.length === 0
  )
    grouping.problem(
      ['matchingMethod'],
      'matchingMethod is Selected, and nothing is selected',
      'Add groupByEntities, groupByAlertDetails or groupByCustomDetails.',
    );
  return {
    grouping: {
      createIncident: incident.flag('createIncident') ?? true,
      isEnabled: grouping.flag('enabled') ?? false,
      reopenClosed: grouping.flag('reopenClosedIncident') ?? false,
      lookback: grouping.duration('lookbackDuration') ?? 5 * 3600e6,
      matching,
      byEntities,
      byAlertDetails,
      byCustomDetails,
    },
  };
}
