import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flows, ntaNetAnalytics } from '#core/schema/index.ts';
import {
  formatNamed,
  type Message,
  type RowMessage,
  sentinelTemplate,
  TEMPLATE_SUBJECTS,
} from './index.ts';
import { alert, flow, incident } from './testdata/messages.ts';

type Column = { readonly name: string; readonly type: string };

/** The columns of the table and those of the stream. */
function read(subject: string) {
  const { resources } = JSON.parse(JSON.stringify(sentinelTemplate(subject)));
  const [table, rule] = resources;
  const { streamDeclarations, dataFlows } = rule.properties;
  const [stream] = Object.keys(streamDeclarations);
  return {
    table: table.properties.schema as {
      readonly name: string;
      readonly columns: readonly Column[];
    },
    stream,
    declared: streamDeclarations[stream ?? ''].columns as readonly Column[],
    flow: dataFlows[0],
  };
}

describe.each(TEMPLATE_SUBJECTS)('the template for %s', (subject) => {
  it('makes a table and a rule that Log Analytics takes', () => {
    const { table, stream, declared, flow: transfer } = read(subject);
    expect(table.name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,58}_CL$/);
    expect(stream).toBe(`Custom-${table.name}`);
    expect(transfer).toMatchObject({ streams: [stream], outputStream: stream });
    const names = table.columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('TimeGenerated');
    const reserved = ['id', 'TenantId', 'Title', 'Type', 'UniqueId', 'SourceSystem', 'MG'];
    for (const name of names) {
      expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,44}$/);
      expect(reserved).not.toContain(name);
    }
    for (const { type } of declared)
      expect(['string', 'int', 'long', 'real', 'boolean', 'dynamic', 'datetime']).toContain(type);
    // What the stream has and the table has not, the transformation renames.
    for (const { name } of declared)
      if (!names.includes(name)) expect(transfer.transformKql).toContain(` = ${name}`);
  });
});

it('declares every column that is sent', () => {
  const context = {
    version: '1.2.3',
    host: 'weir.example',
    sha1: (bytes: Uint8Array) => createHash('sha1').update(bytes).digest(),
  };
  const row = (table: typeof flows): RowMessage => ({
    ...flow,
    table: table.name,
    values: Object.fromEntries(
      table.columns.filter((c) => !c.isComputed).map(({ name }) => [name, '']),
    ),
  });
  const dropped = (subject: string, message: Message) => {
    const known = new Set(read(subject).declared.map(({ name }) => name));
    const sent = formatNamed('columns').print(message, context);
    return Object.keys(sent).filter((name) => !known.has(name) && !name.startsWith('_'));
  };
  expect(dropped('alerts', alert)).toEqual([]);
  expect(dropped('incidents', incident)).toEqual([]);
  expect(dropped('Flows', row(flows))).toEqual([]);
  const reduced = { ...row(ntaNetAnalytics), revision: { number: 1, isWithdrawn: false } };
  // Log Analytics has these of its own.
  expect(dropped('NTANetAnalytics', reduced)).toEqual(['TenantId', 'Type']);
});
