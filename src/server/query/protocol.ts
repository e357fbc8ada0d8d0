import type { Render, ResultColumn } from '#core/contract/index.ts';
import type { Plan } from '#core/kql/index.ts';
import type { CatalogFunction, CatalogTable, ExtraTables } from '#server/kql/index.ts';
import type { EngineName, QueryWarning } from './query.ts';
import type { ScanSource } from './scan.ts';

/** What a query became: everything that a worker and the scan resolver need. */
export interface Compiled {
  readonly plan: Plan;
  /** The instant that now() stands for, µs. */
  readonly now: number;
  readonly render: Render | undefined;
  readonly warnings: readonly QueryWarning[];
}

/** What queries can name beside the declared tables. */
export interface CatalogParts {
  readonly functions?: readonly CatalogFunction[];
  readonly extra?: ExtraTables;
  readonly watchlists?: readonly CatalogTable[];
}

/** What the parser's process is asked. */
export type ParserRequest =
  | { readonly kind: 'warm'; readonly catalog: CatalogParts }
  | {
      readonly kind: 'compile';
      readonly text: string;
      readonly parameters: Readonly<Record<string, string | number | boolean>>;
      /** The engine that will run it. */
      readonly engine: EngineName;
      /** The one instant of now() and ago() of this query, µs. */
      readonly now: number;
    }
  | { readonly kind: 'check' | 'format'; readonly text: string }
  | {
      readonly kind: 'complete' | 'hover' | 'signature';
      readonly text: string;
      readonly position: number;
    };

/** What a worker is asked. */
export type WorkerRequest =
  | {
      readonly kind: 'execute';
      readonly plan: Plan;
      readonly now: number;
      readonly scans: readonly ScanSource[];
      readonly maxRows: number;
      readonly maxBytes: number;
    }
  | { readonly kind: 'inspect'; readonly files: readonly string[] }
  | {
      readonly kind: 'parquet';
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly unknown[])[];
      readonly file: string;
    }
  | { readonly kind: 'interrupt' };

/** What a worker computed. */
export interface Executed {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: { readonly by: 'rows' | 'bytes'; readonly limit: number } | undefined;
  readonly warnings: readonly QueryWarning[];
  /** Of the rows as JSON, about. */
  readonly sizeBytes: number;
}

/** How a worker is set up; its first argument, as JSON. */
export interface WorkerSettings {
  readonly spillFolder: string;
  /** '' when there is none. */
  readonly dataFolder: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly spillBytes: number;
}
