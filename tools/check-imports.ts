/**
 * The import law, as data: which room may import which, and which file a package may be imported by.
 * Checked by check-imports.test.ts; `node tools/check-imports.ts` prints what breaks it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/** Rooms, and the rooms each may import; a room may always import itself. */
export const LAW: Readonly<Record<string, readonly string[]>> = {
  'core/base': [],
  'core/kernel': [],
  'core/yaml': [],
  'core/schema': ['core/base'],
  'core/batch': ['core/base', 'core/kernel', 'core/schema'],
  'core/parquet': ['core/base', 'core/kernel', 'core/schema', 'core/batch'],
  'core/contract': ['core/base', 'core/schema', 'core/alert'],
  'core/decode': ['core/base', 'core/kernel', 'core/schema', 'core/batch'],
  'core/enrich': ['core/base', 'core/schema'],
  'core/kql': ['core/base', 'core/schema'],
  'core/traffic': ['core/base'],
  'core/demo': ['core/base', 'core/schema', 'core/traffic'],
  'core/inject': ['core/base', 'core/traffic'],
  'core/baseline': ['core/base'],
  'core/alert': ['core/base', 'core/enrich'],
  'core/detect': ['core/base', 'core/schema', 'core/alert', 'core/baseline', 'core/enrich'],
  'core/intel': ['core/base', 'core/schema', 'core/alert', 'core/enrich'],
  'core/rules': ['core/base', 'core/schema', 'core/alert', 'core/yaml'],
  'core/output': ['core/base', 'core/schema', 'core/alert'],

  'server/worker': [],
  'server/azure': [],
  'server/duckdb': [],
  'server/observe': ['core/schema', 'server/duckdb'],
  'server/clickhouse': [],
  'server/store': ['core/base', 'core/schema', 'core/decode', 'server/duckdb'],
  'server/source': [
    'core/base',
    'core/decode',
    'server/azure',
    'server/duckdb',
    'server/external',
    'server/store',
  ],
  'server/kql': ['core/base', 'core/schema', 'core/kql', 'server/duckdb', 'server/clickhouse'],
  'server/enrich': ['core/base', 'core/schema', 'core/enrich'],
  'server/pipeline': [
    'core/base',
    'core/kernel',
    'core/schema',
    'core/batch',
    'core/parquet',
    'core/decode',
    'server/source',
    'server/store',
  ],
  'server/reduce': [
    'core/base',
    'core/schema',
    'core/enrich',
    'server/duckdb',
    'server/enrich',
    'server/observe',
    'server/store',
    'server/worker',
  ],
  'server/query': [
    'core/base',
    'core/schema',
    'core/contract',
    'core/kql',
    'server/duckdb',
    'server/clickhouse',
    'server/kql',
    'server/store',
    'server/reduce',
  ],
  'server/watchlist': [
    'core/base',
    'core/schema',
    'core/batch',
    'core/parquet',
    'core/contract',
    'server/store',
  ],
  'server/external': ['core/base', 'core/schema', 'core/batch', 'core/parquet', 'core/kql'],
  'server/auth': ['core/base', 'core/contract', 'server/store'],
  'server/activity': [
    'core/base',
    'core/schema',
    'core/enrich',
    'server/duckdb',
    'server/enrich',
    'server/observe',
    'server/store',
    'server/worker',
  ],
  'server/baseline': [
    'core/base',
    'core/schema',
    'core/parquet',
    'core/alert',
    'core/baseline',
    'server/query',
    'server/store',
  ],
  'server/detect': [
    'core/base',
    'core/schema',
    'core/alert',
    'core/detect',
    'core/enrich',
    'server/enrich',
    'server/query',
    'server/store',
  ],
  'server/rules': [
    'core/base',
    'core/schema',
    'core/alert',
    'core/rules',
    'server/query',
    'server/store',
  ],
  'server/intel': [
    'core/base',
    'core/schema',
    'core/batch',
    'core/parquet',
    'core/contract',
    'core/alert',
    'core/enrich',
    'core/intel',
    'server/duckdb',
    'server/external',
    'server/store',
    'server/worker',
  ],
  'server/alert': [
    'core/base',
    'core/schema',
    'core/batch',
    'core/parquet',
    'core/alert',
    'core/contract',
    'server/query',
    'server/store',
  ],
  'server/output': [
    'core/base',
    'core/schema',
    'core/alert',
    'core/output',
    'server/azure',
    'server/external',
    'server/query',
    'server/store',
  ],
  'server/http': ['core/base', 'core/schema', 'core/contract', 'server/auth', 'server/store'],
  'server/app': ['core/*', 'server/*'],

  'web/base': ['core/base', 'core/schema', 'core/contract'],
  'web/widgets': ['core/schema', 'core/contract', 'web/base'],
  'web/charts': ['core/schema', 'core/contract', 'web/base', 'web/widgets'],
  'web/query': ['core/schema', 'core/contract', 'web/base', 'web/widgets'],
  'web/pages': [
    'core/*',
    'web/base',
    'web/widgets',
    'web/charts',
    'web/query',
    'web/editor',
    'web/app',
  ],
  'web/editor': ['core/contract', 'core/schema', 'web/base', 'web/widgets', 'web/query'],
  'web/app': ['core/*', 'web/*'],
};

/** Third-party packages and the one file that imports each. Tests may import any. */
export const PACKAGES: Readonly<Record<string, string>> = {
  '@azure/storage-blob': 'src/server/azure/container.ts',
  '@clickhouse/client': 'src/server/clickhouse/clickhouse.ts',
  chdb: 'src/server/clickhouse/clickhouse.ts',
  '@duckdb/node-api': 'src/server/duckdb/duckdb.ts',
  '@kusto/language-service-next': 'src/server/kql/kusto.ts',
  'geographiclib-geodesic': 'src/server/kql/spheroid.ts',
  'h3-js': 'src/server/kql/hexagons.ts',
  'polyclip-ts': 'src/server/kql/areas.ts',
  '@hono/node-server': 'src/server/http/listen.ts',
  'mmdb-lib': 'src/server/enrich/mmdb.ts',
  'node:sqlite': 'src/server/store/sqlite.ts',
  hono: 'src/server/http/hono.ts',
  zod: 'src/core/contract/zod.ts',
  yaml: 'src/core/yaml/yaml.ts',
  echarts: 'src/web/charts/echarts.ts',
  wouter: 'src/web/base/router.ts',
  '@tanstack/react-query': 'src/web/query/client.tsx',
};

export interface Import {
  /** From the project's root. */
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
}

/** `core/decode` of `src/core/decode/flow/x.ts`; '' for files of no room. */
export function roomOf(file: string): string {
  const parts = file.split('/');
  return parts[0] === 'src' && parts.length > 3 ? `${parts[1]}/${parts[2]}` : '';
}

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;])import\s*\(?\s*['"]([^'"]+)['"]/gm;

/** Every import of a source text, static and dynamic. */
export function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    specifier: (match[1] ?? match[2])!,
  }));
}

/** The file that an import of our own names, from the project's root; undefined for packages. */
export function targetOf({ file, specifier }: Import): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (specifier.startsWith('.')) return relative(home, resolve(home, dirname(file), specifier));
  return undefined;
}

/** What is wrong with an import, as a sentence; undefined when nothing is. */
export function judge(found: Import): string | undefined {
  const where = `${found.file}:${found.line}`;
  const target = targetOf(found);
  const isTest = /\.test\.tsx?$|\/(testing|testdata|kill)\//.test(found.file);
  if (target === undefined) {
    const name = found.specifier.startsWith('node:')
      ? found.specifier
      : found.specifier
          .split('/')
          .slice(0, found.specifier.startsWith('@') ? 2 : 1)
          .join('/');
    const confined = PACKAGES[name];
    if (confined && !isTest && found.file !== confined)
      return `${where} imports ${found.specifier}, which only ${confined} may`;
    return undefined;
  }
  const from = roomOf(found.file);
  const to = roomOf(target);
  if (from === '' || to === '' || from === to || isTest) return undefined;
  const law = LAW[from];
  if (!law) return `${where}: ${from} is in no law; add it to tools/check-imports.ts`;
  if (!law.some((room) => room === to || (room.endsWith('/*') && to.startsWith(room.slice(0, -1)))))
    return `${where}: ${from} may not import ${to}`;
  const isThroughIndex = /\/index\.tsx?$/.test(target) || to.startsWith('web/');
  if (!isThroughIndex) return `${where} reaches into ${to} past its index.ts (${found.specifier})`;
  return undefined;
}

export function sourceFiles(folder = join(home, 'src')): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory())
      return name === 'generated' || name === 'testdata' ? [] : sourceFiles(path);
    return /\.tsx?$/.test(name) ? [relative(home, path)] : [];
  });
}

export function findBreaches(): string[] {
  return sourceFiles().flatMap((file) =>
    importsOf(file, readFileSync(join(home, file), 'utf8')).flatMap((found) => judge(found) ?? []),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = findBreaches();
  process.stdout.write(breaches.map((b) => `${b}\n`).join(''));
  process.exit(breaches.length > 0 ? 1 : 0);
}
