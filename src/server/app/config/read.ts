import { didYouMean } from '#core/base/index.ts';
import { z } from '#core/contract/index.ts';
import { type ParsedYaml, parseYaml } from '#core/yaml/index.ts';
import { type Config, configSchema } from './schema.ts';

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** From 1; absent when it concerns the whole file. */
  readonly line: number | undefined;
  /** `sources[0].path`; '' for the whole file. */
  readonly path: string;
  readonly message: string;
}

export type ConfigResult =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: undefined; readonly problems: readonly ConfigProblem[] };

type Path = readonly PropertyKey[];

/** Reads a configuration from YAML text. All problems are collected, not only the first. */
export function readConfig(text: string): ConfigResult {
  const yaml = parseYaml(text);
  const problems: ConfigProblem[] = yaml.errors.map((e) => ({
    line: e.line,
    path: '',
    message: e.message,
  }));
  if (problems.length > 0) return { config: undefined, problems };
  const parsed = configSchema.safeParse(yaml.value ?? {});
  if (parsed.success) problems.push(...repeatedNames(parsed.data, yaml));
  else problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, [], yaml)));
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (parsed.success && problems.length === 0) return { config: parsed.data, problems: [] };
  return { config: undefined, problems };
}

/** The configuration of somebody who wrote none. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

function repeatedNames(config: Config, yaml: ParsedYaml): ConfigProblem[] {
  return (['sources', 'networks', 'outputs'] as const).flatMap((list) => {
    const seen = new Set<string>();
    return config[list].flatMap(({ name }, i) => {
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      const path = [list, i, 'name'];
      return [
        {
          line: yaml.lineOf(path),
          path: printPath(path),
          message: `${name} is used twice; names must differ`,
        },
      ];
    });
  });
}

function describeIssue(issue: z.core.$ZodIssue, before: Path, yaml: ParsedYaml): ConfigProblem[] {
  const path = [...before, ...issue.path];
  const at = (p: Path, message: string) => ({ line: yaml.lineOf(p), path: printPath(p), message });
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, yaml);
    return issue.keys.map((key) =>
      at(
        [...path, key],
        didYouMean(key, known) || `is not known here; known are ${known.join(', ')}`,
      ),
    );
  }
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return [at(path, oneOf(yaml.valueAt(path), issue.options.map(String)))];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return issue.errors[0]!.flatMap((inner) => describeIssue(inner, path, yaml));
  if (issue.code === 'invalid_type' && issue.input === undefined) return [at(path, 'is missing')];
  if (issue.code === 'invalid_value')
    return [at(path, oneOf(yaml.valueAt(path), issue.values.map(String)))];
  return [at(path, issue.message)];
}

function oneOf(value: unknown, values: readonly string[]): string {
  const near = typeof value === 'string' ? didYouMean(value, values) : '';
  return near || `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;
}

/** The keys that the schema knows at a path, following the member of a union that the file's `kind` chooses. */
function knownKeys(path: Path, yaml: ParsedYaml): string[] {
  let node: JsonSchema | undefined = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  for (let depth = 0; node; depth++) {
    const kind = yaml.valueAt([...path.slice(0, depth), 'kind']);
    const members: readonly JsonSchema[] = node.oneOf ?? node.anyOf ?? [];
    node = members.find((m) => m.properties?.['kind']?.const === kind) ?? node;
    if (depth === path.length) break;
    const step: PropertyKey = path[depth]!;
    node =
      typeof step === 'number'
        ? node.items
        : (node.properties?.[String(step)] ?? node.additionalProperties);
  }
  return Object.keys(node?.properties ?? {});
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

/** `sources[0].path`. */
function printPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text ? `${text}.${String(step)}` : String(step);
  }, '');
}
