import { readSeverity, type Severity } from '#core/alert/index.ts';
import { printDuration } from '../duration.ts';
import { Fields, isMap, type RuleDocument } from '../fields.ts';
import { asName } from '../kql-text.ts';
import type { RuleProblem } from '../problem.ts';
import { LIMITS, type Rule, type Schedule } from '../rule.ts';
import { correlate } from '../sigma/correlate.ts';
import { readDetection } from '../sigma/detection.ts';
import {
  type Correlation,
  kindOf,
  printLogSource,
  readCorrelation,
  readLogSource,
  type SigmaKind,
} from '../sigma/document.ts';
import { type EventQuery, NoColumn, queryEvents } from '../sigma/node.ts';
import { type Search, SearchError } from '../sigma/search.ts';
import { findLogSource, type Wanted } from '../sigma/sources/index.ts';
import { isRetired } from '../status.ts';
import { readTactic, readTechnique } from '../technique.ts';
import type { ReadOptions, RuleFormat } from './format.ts';
import { readTests } from './tests.ts';

/**
 * Sigma 2.1.0 (github.com/SigmaHQ/sigma-specification): rules, correlations and filters, also several in one file.
 * `tests`, as in our own rules, may stand in a Sigma rule as well.
 */
export const sigma: RuleFormat = {
  name: 'sigma',
  accepts: (value) => kindOf(value) !== undefined,
  read(documents, options) {
    const problems: RuleProblem[] = [];
    const set = documents.flatMap((d) => describe(d, problems));
    const compiler = createCompiler(set, options, problems);
    const rules = set.flatMap((document) => compiler.ruleOf(document) ?? []);
    return { rules, problems };
  },
};

/** A document of a set of Sigma files, before it is compiled. */
interface Described {
  readonly kind: SigmaKind;
  readonly fields: Fields;
  readonly document: RuleDocument;
  readonly title: string;
  readonly id: string;
  readonly name: string;
  readonly wanted: Wanted;
}

function describe(document: RuleDocument, problems: RuleProblem[]): Described[] {
  const value = document.yaml.valueAt([]);
  const kind = isMap(value) ? kindOf(value) : undefined;
  if (!kind) return [];
  const title = document.yaml.valueAt(['title']);
  const fields = new Fields(document, problems, typeof title === 'string' ? title : '');
  const wanted = readLogSource(fields);
  const name = fields.text('name') ?? '';
  const id = fields.text('id') ?? '';
  return [
    {
      kind,
      fields,
      document,
      title: fields.needText('title', LIMITS.nameLength),
      id,
      name,
      wanted,
    },
  ];
}

const MAX_CHAIN = 20;

function createCompiler(set: readonly Described[], options: ReadOptions, problems: RuleProblem[]) {
  const made = new Map<Described, EventQuery | undefined>();
  const correlations = new Map(
    set.filter((d) => d.kind === 'correlation').map((d) => [d, readCorrelation(d.fields)]),
  );
  /** Rules that only correlations use. */
  const silent = new Set(
    [...correlations.values()].flatMap((c) =>
      c && !c.generate ? c.rules.flatMap((r) => find(r) ?? []) : [],
    ),
  );

  function find(reference: string): Described | undefined {
    return set.find((d) => d.kind !== 'filter' && (d.id === reference || d.name === reference));
  }

  /** The events of a document; undefined when it was refused. */
  function eventsOf(described: Described, depth: number): EventQuery | undefined {
    if (made.has(described)) return made.get(described);
    made.set(described, undefined);
    const events = guard(described, () =>
      described.kind === 'correlation' ? correlated(described, depth) : searched(described),
    );
    made.set(described, events);
    return events;
  }

  function guard<T>(described: Described, compile: () => T | undefined): T | undefined {
    try {
      return compile();
    } catch (error) {
      if (error instanceof SearchError)
        return described.fields.problem(error.path, error.message, error.advice);
      if (error instanceof NoColumn)
        return described.fields.problem(
          [described.kind === 'rule' ? 'detection' : 'correlation'],
          error.message,
          error.advice,
        );
      throw error;
    }
  }

  function searchOf(described: Described, key: 'detection' | 'filter'): Search {
    const section = described.fields.value[key];
    if (!isMap(section))
      throw new SearchError([key], `${key} is no mapping`, 'Add a search and a condition.');
    return readDetection(section, options, [key], key === 'filter' ? ['rules'] : []);
  }

  function searched(described: Described): EventQuery | undefined {
    const { wanted, fields } = described;
    const search = searchOf(described, 'detection');
    const source = findLogSource(wanted);
    if (!source)
      return fields.problem(
        ['logsource'],
        `Weir has no table for ${printLogSource(wanted)}`,
        'Such a rule can be read once a source fills one.',
      );
    const filters = set.filter((d) => d.kind === 'filter' && concerns(d, described));
    return queryEvents(
      source,
      search,
      filters.map((filter) => searchOf(filter, 'filter')),
    );
  }

  /** A filter names the rules it limits, and may narrow them by log source. */
  function concerns(filter: Described, rule: Described): boolean {
    const rules = filter.fields.under('filter').texts('rules');
    const isNamed =
      rules.includes('any') ||
      rules.includes(rule.id) ||
      (rule.name !== '' && rules.includes(rule.name));
    const isSource = (['category', 'product', 'service'] as const).every(
      (key) => filter.wanted[key] === '' || filter.wanted[key] === rule.wanted[key],
    );
    return isNamed && isSource;
  }

  function correlated(described: Described, depth: number): EventQuery | undefined {
    const correlation = correlations.get(described);
    if (!correlation) return undefined;
    const { fields } = described;
    if (depth > MAX_CHAIN)
      return fields.problem(
        ['correlation', 'rules'],
        'correlations refer to each other in a circle',
        'Take one reference away.',
      );
    const members = correlation.rules.flatMap((reference) => {
      const rule = find(reference);
      if (!rule) {
        fields.problem(
          ['correlation', 'rules'],
          `no rule has the name or id ${reference}`,
          'Put it in the same folder, and give it this name.',
        );
        return [];
      }
      if (rule === described) {
        fields.problem(
          ['correlation', 'rules'],
          'the correlation refers to itself',
          'Name another rule.',
        );
        return [];
      }
      const events = eventsOf(rule, depth + 1);
      if (!events)
        fields.problem(
          ['correlation', 'rules'],
          `the rule ${reference} was refused`,
          'Correct it first.',
        );
      return events ? [{ name: rule.name || reference, events }] : [];
    });
    return members.length === correlation.rules.length
      ? correlate(correlation, members)
      : undefined;
  }

  return {
    ruleOf(described: Described): Rule | undefined {
      if (described.kind === 'filter') {
        guard(described, () => searchOf(described, 'filter'));
        return undefined;
      }
      const before = problems.filter((p) => p.level === 'refused').length;
      const events = eventsOf(described, 0);
      if (!events || silent.has(described)) return undefined;
      const correlation = correlations.get(described);
      const rule = makeRule(described, events, correlation);
      return problems.filter((p) => p.level === 'refused').length > before ? undefined : rule;
    },
  };
}

function makeRule(
  described: Described,
  events: EventQuery,
  correlation: Correlation | undefined,
): Rule {
  const { fields, title, document } = described;
  const status = fields.text('status');
  const lets = events.lets.map(([name, text]) => `let ${name} =\n${text};`);
  const { schedule, warning } = correlation
    ? scheduleOf(correlation)
    : { schedule: EACH_MINUTES, warning: undefined };
  return {
    id: described.id || asName(title).toLowerCase(),
    name: title,
    description: fields.text('description') ?? '',
    severity: readLevel(fields),
    ...readTags(fields),
    query: [...lets, events.text].join('\n'),
    schedule,
    trigger: { operator: 'gt', threshold: 0 },
    eventGrouping: 'AlertPerResult',
    entities: events.entities,
    entityColumns: [],
    alertDetails: { properties: [] },
    customDetails: {},
    falsePositives: fields
      .texts('falsepositives')
      .filter((text) => !/^(?:unknown|unlikely|none)$/i.test(text)),
    nextSteps: [],
    references: fields.texts('references'),
    tests: readTests(fields),
    version: fields.text('modified') ?? fields.text('date') ?? '1',
    isEnabled: !isRetired(status),
    warnings: [
      ...events.warnings,
      ...(warning === undefined ? [] : [warning]),
      ...(isRetired(status)
        ? [`its status is ${status}: it does not run unless somebody enables it`]
        : []),
    ],
    source: { file: document.file, line: fields.line, format: 'sigma' },
  };
}

const EACH_MINUTES: Schedule = { kind: 'every', frequency: 300e6, period: 300e6 };

/** Often enough, and so far back that every window of the timespan lies whole within one run. */
function scheduleOf({ timespan }: Correlation): {
  readonly schedule: Schedule;
  readonly warning: string | undefined;
} {
  const frequency = Math.min(3600e6, Math.max(300e6, Math.ceil(timespan / 4 / 60e6) * 60e6));
  const period = Math.min(LIMITS.longestPeriod, timespan + frequency);
  const warning =
    period < timespan + frequency
      ? `it looks back ${printDuration(period)}, which is less than its timespan`
      : undefined;
  return { schedule: { kind: 'every', frequency, period }, warning };
}

function readLevel(fields: Fields): Severity {
  const text = fields.text('level');
  const severity = readSeverity(text ?? 'medium');
  if (!severity)
    fields.problem(
      ['level'],
      `level cannot be ${text}`,
      'Use informational, low, medium, high or critical.',
    );
  return severity ?? 'medium';
}

/** `attack.t1071.004` and `attack.command-and-control`; other tags say nothing that Weir uses. */
function readTags(fields: Fields): Pick<Rule, 'tactics' | 'techniques'> {
  const names = fields.texts('tags').flatMap((tag) => /^attack\.(.+)$/i.exec(tag)?.[1] ?? []);
  const techniques = names.flatMap((name) => readTechnique(name) ?? []);
  const tactics = names.flatMap((name) => readTactic(name) ?? []);
  return { tactics: [...new Set(tactics)], techniques: [...new Set(techniques)] };
}
