import type { KustoTable, KustoV1, SchemaAnswer } from '#core/contract/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import { Refused } from '#server/auth/index.ts';
import type { StoredFunction } from '../deps.ts';
import { kustoTable } from './kusto.ts';
import { describeFunction, functionRow } from './stored-functions.ts';

/** The one database, by the name that Kusto's clients see. */
export const DATABASE = 'Weir';

/** Names of .NET types, as the schema in JSON gives them. */
const NET_TYPES: Readonly<Record<KqlType, string>> = {
  string: 'System.String',
  long: 'System.Int64',
  int: 'System.Int32',
  real: 'System.Double',
  bool: 'System.SByte',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  dynamic: 'System.Object',
  guid: 'System.Guid',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
};

type Table = SchemaAnswer['tables'][number];

interface Command {
  readonly pattern: RegExp;
  readonly example: string;
  answer(match: RegExpExecArray, context: CommandContext): KustoTable | Promise<KustoTable>;
}

/** How much of a table there is. */
interface TableFacts {
  readonly name: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly segments: number;
}

export interface CommandContext {
  readonly schema: SchemaAnswer;
  readonly version: string;
  readonly functions: () => Promise<readonly StoredFunction[]>;
  readonly stored: () => Promise<readonly TableFacts[]>;
}

const NAME = String.raw`(?:\[['"])?([\w.-]+)(?:['"]\])?`;

const strings = (...names: readonly string[]) => names.map((name) => [name, 'string'] as const);

/** What clients ask to learn which tables and columns there are. The first pattern that matches answers. */
const COMMANDS: readonly Command[] = [
  {
    pattern: /^\.show version$/i,
    example: '.show version',
    answer: (_, { version }) =>
      kustoTable('Table_0', strings('BuildVersion', 'ServiceType', 'ProductVersion'), [
        [version, 'Engine', `Weir ${version}`],
      ]),
  },
  {
    pattern: /^\.show cluster(?: details)?$/i,
    example: '.show cluster',
    answer: (_, { version }) =>
      kustoTable('Table_0', strings('NodeId', 'Address', 'Name', 'ProductVersion'), [
        ['0', '', DATABASE, version],
      ]),
  },
  {
    pattern: new RegExp(`^\\.show (?:database ${NAME} |databases )?(?:identity|entities)$`, 'i'),
    example: '.show databases entities',
    answer: (_, { schema }) =>
      kustoTable(
        'Table_0',
        strings('DatabaseName', 'EntityType', 'EntityName', 'DocString', 'Folder'),
        schema.tables.map((t) => [DATABASE, 'Table', t.name, t.row, t.kind]),
      ),
  },
  {
    pattern: /^\.show (?:external tables|materialized-views)$/i,
    example: '.show external tables',
    answer: () => kustoTable('Table_0', strings('TableName', 'Name', 'Folder', 'DocString'), []),
  },
  {
    pattern: /^\.show (?:databases|database)$/i,
    example: '.show databases',
    answer: () =>
      kustoTable(
        'Table_0',
        [
          ['DatabaseName', 'string'],
          ['PersistentStorage', 'string'],
          ['Version', 'string'],
          ['IsCurrent', 'bool'],
          ['DatabaseAccessMode', 'string'],
          ['PrettyName', 'string'],
        ],
        [[DATABASE, '', 'v1.0', true, 'ReadOnly', 'Weir']],
      ),
  },
  {
    pattern: new RegExp(`^\\.show (?:tables|table ${NAME}) details$`, 'i'),
    example: '.show tables details',
    answer: async (match, { schema, stored }) => {
      const facts = new Map((await stored()).map((f) => [f.name, f]));
      const asked = match[1] === undefined ? schema.tables : [findTable(schema, match[1])];
      const rows = asked.map((t) => {
        const { rows = 0, sizeBytes = 0, segments = 0 } = facts.get(t.name) ?? {};
        return [t.name, DATABASE, t.kind, t.row, segments, sizeBytes, sizeBytes, rows];
      });
      return kustoTable(
        'Table_0',
        [
          ...strings('TableName', 'DatabaseName', 'Folder', 'DocString'),
          ['TotalExtents', 'long'],
          ['TotalExtentSize', 'real'],
          ['TotalOriginalSize', 'real'],
          ['TotalRowCount', 'long'],
        ],
        rows,
      );
    },
  },
  {
    pattern: /^\.show tables$/i,
    example: '.show tables',
    answer: (_, { schema }) =>
      kustoTable(
        'Table_0',
        strings('TableName', 'DatabaseName', 'Folder', 'DocString'),
        schema.tables.map((t) => [t.name, DATABASE, t.kind, t.row]),
      ),
  },
  {
    pattern: new RegExp(`^\\.show (?:functions|function ${NAME})$`, 'i'),
    example: '.show functions',
    answer: async (match, { functions }) => {
      const all = await functions();
      const found = match[1] === undefined ? all : all.filter((f) => f.name === match[1]);
      if (match[1] !== undefined && found.length === 0)
        throw new Refused('bad-request', `There is no function ${match[1]}.`, {
          hint: '.show functions lists them.',
        });
      return kustoTable(
        'Table_0',
        strings('Name', 'Parameters', 'Body', 'Folder', 'DocString'),
        found.map(functionRow),
      );
    },
  },
  {
    pattern: new RegExp(
      `^\\.show (?:database|databases)(?: \\(?${NAME}\\)?)? schema as json$`,
      'i',
    ),
    example: `.show database ${DATABASE} schema as json`,
    answer: (_, context) => schemaJson('DatabaseSchema', context),
  },
  {
    pattern: /^\.show schema as json$/i,
    example: '.show schema as json',
    answer: (_, context) => schemaJson('ClusterSchema', context),
  },
  {
    pattern: new RegExp(
      `^\\.show (?:schema|(?:database|databases)(?: \\(?${NAME}\\)?)? (?:schema|details))$`,
      'i',
    ),
    example: '.show schema',
    answer: (_, { schema }) =>
      kustoTable(
        'Table_0',
        [
          ['DatabaseName', 'string'],
          ['TableName', 'string'],
          ['ColumnName', 'string'],
          ['ColumnType', 'string'],
          ['IsDefaultTable', 'bool'],
          ['IsDefaultColumn', 'bool'],
          ['PrettyName', 'string'],
          ['Version', 'string'],
          ['Folder', 'string'],
          ['DocString', 'string'],
        ],
        [
          [DATABASE, '', '', '', false, false, 'Weir', 'v1.0', '', ''],
          ...schema.tables.flatMap((t) => [
            [DATABASE, t.name, '', '', false, false, '', '', t.kind, t.row],
            ...t.columns.map((c) => [
              DATABASE,
              t.name,
              c.name,
              NET_TYPES[c.type],
              false,
              false,
              '',
              '',
              t.kind,
              c.meaning,
            ]),
          ]),
        ],
      ),
  },
  {
    pattern: new RegExp(`^\\.show table ${NAME} (?:cslschema|schema as csl)$`, 'i'),
    example: '.show table Flows cslschema',
    answer: (match, { schema }) => {
      const table = findTable(schema, match[1]);
      return tableSchema(table, table.columns.map((c) => `${c.name}:${c.type}`).join(','));
    },
  },
  {
    pattern: new RegExp(`^\\.show table ${NAME} schema(?: as json)?$`, 'i'),
    example: '.show table Flows schema as json',
    answer: (match, { schema }) => {
      const table = findTable(schema, match[1]);
      return tableSchema(table, JSON.stringify(describeTable(table)));
    },
  },
];

/** A command's answer: a table, or a query that makes one of it. */
export type CommandAnswer =
  | { readonly kind: 'table'; readonly v1: KustoV1 }
  | { readonly kind: 'query'; readonly query: string };

export const isCommand = (text: string): boolean => text.trimStart().startsWith('.');

/**
 * Answers a management command; what follows a pipe is KQL over its table. Throws Refused for a command that Weir does
 * not have, naming those it has.
 */
export async function answerCommand(text: string, context: CommandContext): Promise<CommandAnswer> {
  const pipe = text.indexOf('|');
  const [asked, rest] = pipe < 0 ? [text, ''] : [text.slice(0, pipe), text.slice(pipe)];
  const command = asked.replaceAll(';', ' ').trim().replace(/\s+/g, ' ').replace(OPTIONS, '');
  for (const { pattern, answer } of COMMANDS) {
    const match = pattern.exec(command);
    if (!match) continue;
    const table = await answer(match, context);
    return rest === ''
      ? { kind: 'table', v1: { Tables: [table] } }
      : { kind: 'query', query: `${printDatatable(table)}\n${rest}` };
  }
  throw new Refused('bad-request', 'Weir does not have this management command.', {
    hint: `It answers ${COMMANDS.map((c) => c.example).join(', ')}.`,
  });
}

/** `with (…)` asks for more or less of an answer that Weir gives whole. */
const OPTIONS = / with ?\([^)]*\)$/i;

function printDatatable({ Columns, Rows }: KustoTable): string {
  const columns = Columns.map((c) => `['${c.ColumnName}']:${c.ColumnType}`).join(', ');
  const cells = Rows.flat().map((cell) => JSON.stringify(cell ?? ''));
  return `datatable(${columns})[${cells.join(', ')}]`;
}

function findTable(schema: SchemaAnswer, name: string | undefined): Table {
  const found = schema.tables.find((t) => t.name === name);
  if (!found)
    throw new Refused('bad-request', `There is no table ${name ?? ''}.`, {
      hint: '.show tables lists them.',
    });
  return found;
}

function describeTable(table: Table): unknown {
  return {
    Name: table.name,
    Folder: table.kind,
    DocString: table.row,
    OrderedColumns: table.columns.map((c) => ({
      Name: c.name,
      Type: NET_TYPES[c.type],
      CslType: c.type,
      DocString: c.meaning,
    })),
  };
}

function tableSchema(table: Table, schema: string): KustoTable {
  return kustoTable(
    'Table_0',
    strings('TableName', 'Schema', 'DatabaseName', 'Folder', 'DocString'),
    [[table.name, schema, DATABASE, table.kind, table.row]],
  );
}

async function schemaJson(
  column: string,
  { schema, functions }: CommandContext,
): Promise<KustoTable> {
  const kept = await functions();
  const tables = Object.fromEntries(schema.tables.map((t) => [t.name, describeTable(t)]));
  const json = {
    Plugins: [],
    Databases: {
      [DATABASE]: {
        Name: DATABASE,
        Tables: tables,
        ExternalTables: {},
        MaterializedViews: {},
        MajorVersion: 1,
        MinorVersion: 0,
        Functions: Object.fromEntries(kept.map((f) => [f.name, describeFunction(f, NET_TYPES)])),
        DatabaseAccessMode: 'ReadOnly',
      },
    },
  };
  return kustoTable('Table_0', [[column, 'string']], [[JSON.stringify(json)]]);
}
