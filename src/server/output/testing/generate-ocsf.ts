/**
 * Writes src/core/output/testdata/generated/ocsf.ts, by which tests judge documents, from a copy of the schema.
 * usage: node src/server/output/testing/generate-ocsf.ts FOLDER DATE   (FOLDER: github.com/ocsf/ocsf-schema at its tag)
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [folder = '', date = ''] = process.argv.slice(2);

const CLASSES = ['base_event', 'network_activity', 'detection_finding', 'incident_finding'];
/** The objects that our documents hold. One that is not here is an error of the test that meets it. */
const OBJECTS = [
  'analytic',
  'attack',
  'device',
  'evidences',
  'finding_info',
  'firewall_rule',
  'group',
  'metadata',
  'network_connection_info',
  'network_endpoint',
  'network_traffic',
  'object',
  'observable',
  'product',
  'sub_technique',
  'tactic',
  'technique',
  'user',
];

type Values = Readonly<Record<string, { readonly caption: string }>>;
interface Attribute {
  readonly type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly enum?: Values;
  readonly sibling?: string;
  readonly profile?: string | null;
}
interface Source {
  readonly name?: string;
  readonly uid?: number;
  readonly caption?: string;
  readonly category?: string;
  readonly extends?: string;
  readonly meta?: string;
  /** Beside attributes `$include`, whose paths are read apart. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
}

const read = (path: string): Source => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const dictionary = read('dictionary.json').attributes ?? {};
const categories: Readonly<Record<string, { readonly uid: number; readonly caption: string }>> =
  JSON.parse(readFileSync(join(folder, 'categories.json'), 'utf8')).attributes;
const events = globSync('events/**/*.json', { cwd: folder });

function find(name: string): Source {
  const path =
    events.find((one) => basename(one, '.json') === name) ?? join('objects', `${name}.json`);
  if (!existsSync(join(folder, path))) throw new Error(`the schema has no ${name}`);
  return read(path);
}

const merge = (below: Attribute | undefined, above: Attribute): Attribute => ({
  ...below,
  ...above,
  ...(below?.enum || above.enum ? { enum: { ...below?.enum, ...above.enum } } : {}),
});

/** The attributes of a class or object: inherited ones, included ones, its own, over the dictionary's. */
function attributesOf(source: Source): Map<string, Attribute> {
  const all = source.extends ? attributesOf(find(source.extends)) : new Map<string, Attribute>();
  const add = (attributes: Source['attributes'], profile: string | undefined) => {
    for (const [name, attribute] of Object.entries(attributes ?? {})) {
      if (name === '$include') continue;
      const known = all.get(name);
      // What a class has by itself does not depend on a profile.
      const of = known && known.profile === undefined ? undefined : (attribute.profile ?? profile);
      all.set(name, merge(known, { ...attribute, ...(of ? { profile: of } : {}) }));
    }
  };
  // An entry of this name is a list of paths.
  const includes = Reflect.get(source.attributes ?? {}, '$include') as string[] | undefined;
  for (const path of includes ?? []) {
    const included = read(path);
    add(included.attributes, included.meta === 'profile' ? included.name : undefined);
  }
  add(source.attributes, undefined);
  return all;
}

/** Which types of values can be told of as observables: the schema says it of each type, not of the enum. */
function observables(): Values {
  const types: Readonly<
    Record<string, { readonly caption: string; readonly observable?: number }>
  > = JSON.parse(readFileSync(join(folder, 'dictionary.json'), 'utf8')).types.attributes;
  return Object.fromEntries(
    Object.values(types).flatMap(({ caption, observable }) =>
      observable === undefined ? [] : [[observable, { caption }]],
    ),
  );
}

/** What a class is called and numbered, with its category. */
function aboutClass({ uid = 0, category = 'other', caption = '' }: Source) {
  const found = categories[category];
  return {
    uid: (found?.uid ?? 0) * 1000 + uid,
    caption,
    categoryUid: found?.uid ?? 0,
    categoryCaption: found?.caption ?? 'Uncategorized',
  };
}

/** `type`, then `[]` for a list, `!` when it is required, `@profile` when it is of one. */
function print(name: string): string {
  const source = find(name);
  const attributes = [...attributesOf(source)].sort(([a], [b]) => (a < b ? -1 : 1));
  const types: string[] = [];
  const enums: string[] = [];
  for (const [attribute, own] of attributes) {
    const isObservable = name === 'observable' && attribute === 'type_id';
    const declared = merge(dictionary[attribute], own);
    const whole = isObservable ? merge(declared, { enum: observables() }) : declared;
    if (!whole.type) throw new Error(`${name}.${attribute} has no type`);
    const profile = whole.profile ? `@${whole.profile}` : '';
    const text = `${whole.type}${whole.is_array ? '[]' : ''}${whole.requirement === 'required' ? '!' : ''}${profile}`;
    types.push(`${attribute}: '${text}'`);
    // Of a class these are in `about`.
    if (whole.enum && attribute !== 'class_uid' && attribute !== 'category_uid')
      enums.push(
        `${attribute}: ${JSON.stringify({
          sibling: whole.sibling ?? '',
          values: Object.fromEntries(
            Object.entries(whole.enum).map(([id, { caption }]) => [id, caption]),
          ),
        })}`,
      );
  }
  const about = CLASSES.includes(name) ? `\n    about: ${JSON.stringify(aboutClass(source))},` : '';
  const oneOf = JSON.stringify(source.constraints?.at_least_one ?? []);
  return `  ${name}: {${about}\n    types: { ${types.join(', ')} },\n    enums: { ${enums.join(', ')} },\n    atLeastOne: ${oneOf},\n  },`;
}

const { version } = JSON.parse(readFileSync(join(folder, 'version.json'), 'utf8'));
writeFileSync(
  join(import.meta.dirname, '../../../core/output/testdata/generated/ocsf.ts'),
  `// Generated by src/server/output/testing/generate-ocsf.ts on ${date}. Do not edit.
// Source: Open Cybersecurity Schema Framework ${version} (github.com/ocsf/ocsf-schema, Apache-2.0): names, types, requirements
// and captions of enums, of the classes and objects that Weir writes. A type is followed by [] for a list, ! where it
// is required, and @profile where it is one's.
export interface OcsfShape {
  /** Of a class. */
  readonly about?: {
    readonly uid: number;
    readonly caption: string;
    readonly categoryUid: number;
    readonly categoryCaption: string;
  };
  readonly types: Readonly<Record<string, string>>;
  readonly enums: Readonly<
    Record<string, { readonly sibling: string; readonly values: Readonly<Record<string, string>> }>
  >;
  readonly atLeastOne: readonly string[];
}

export const OCSF_VERSION = '${version}';
export const OCSF: Readonly<Record<string, OcsfShape>> = {
${[...CLASSES, ...OBJECTS].map(print).join('\n')}
};
`,
);
