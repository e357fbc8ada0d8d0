import { Fields, isMap, type RuleDocument } from '../fields.ts';
import type { RuleProblem } from '../problem.ts';
import type { Rule } from '../rule.ts';
import type { RuleFormat } from './format.ts';
import { readAnalyticsRule } from './sentinel.ts';

/**
 * Analytics rules as the Azure portal exports them and as ARM templates hold them (Microsoft.SecurityInsights/alertRules,
 * JSON): one resource, a template with `resources`, or a list of either.
 */
export const arm: RuleFormat = {
  name: 'arm',
  accepts: (value) =>
    isRule(value) || (Array.isArray(value['resources']) && value['resources'].some(isRule)),
  read(documents) {
    const problems: RuleProblem[] = [];
    const rules = documents.flatMap((document) => readTemplate(document, problems));
    return { rules, problems };
  },
};

function isRule(value: unknown): boolean {
  return (
    isMap(value) && isMap(value['properties']) && typeof value['properties']['query'] === 'string'
  );
}

function readTemplate(document: RuleDocument, problems: RuleProblem[]): readonly Rule[] {
  const { value } = document.yaml;
  if (isRule(value)) return readResource(document, problems, []);
  const resources: unknown = isMap(value) ? value['resources'] : [];
  if (!Array.isArray(resources)) return [];
  return resources.flatMap((resource, i) => {
    if (isRule(resource)) return readResource(document, problems, ['resources', i]);
    if (isMap(resource) && /\/alertRules$/i.test(String(resource['type'])))
      problems.push(outside(document, ['resources', i], String(resource['kind'])));
    return [];
  });
}

/** Rules that are no query: they run inside Microsoft's products. */
const outside = (
  { file, yaml }: RuleDocument,
  path: readonly PropertyKey[],
  kind: string,
): RuleProblem => ({
  file,
  line: yaml.lineOf(path) ?? 1,
  level: 'warning',
  rule: '',
  message: `a rule of kind ${kind} has no query to run here`,
  advice: 'Leave it where it is; Weir has detectors of its own.',
});

/** The GUID is the resource's name, often inside a function of the template; kind stands beside the properties. */
function readResource(
  document: RuleDocument,
  problems: RuleProblem[],
  path: readonly PropertyKey[],
): readonly Rule[] {
  const at = (...below: PropertyKey[]) => document.yaml.valueAt([...path, ...below]);
  const names = [at('name'), at('id'), at('properties', 'alertRuleTemplateName')].map(String);
  const guid = names.flatMap(
    (n) => /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i.exec(n)?.[0] ?? [],
  )[0];
  const kind = at('kind');
  const given = { id: guid ?? at('properties', 'displayName'), kind, version: '1.0.0' };
  const properties = at('properties');
  if (kind !== undefined && kind !== 'Scheduled' && kind !== 'NRT') {
    problems.push(outside(document, path, String(kind)));
    return [];
  }
  const value = { ...given, ...(isMap(properties) ? properties : {}) };
  const inner: RuleDocument = {
    file: document.file,
    yaml: {
      value,
      errors: [],
      lineOf: (below) => document.yaml.lineOf([...path, 'properties', ...below]),
      valueAt: (below) =>
        below[0] !== undefined &&
        below[0] in given &&
        !(isMap(properties) && below[0] in properties)
          ? given[below[0] as keyof typeof given]
          : below.length === 0
            ? value
            : document.yaml.valueAt([...path, 'properties', ...below]),
    },
  };
  const title = at('properties', 'displayName');
  const fields = new Fields(inner, problems, typeof title === 'string' ? title : '');
  const rule = readAnalyticsRule(inner, fields, 'arm');
  return rule ? [rule] : [];
}
