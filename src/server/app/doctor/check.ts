import type { Config } from '../config/index.ts';
import type { DataFolder } from '../data-folder.ts';

/** What one look found. `next` says what to do; '' when there is nothing to do. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail';
  readonly says: string;
  readonly next: string;
}

export interface CheckContext {
  readonly folder: DataFolder;
  /** Absent when the configuration has errors. */
  readonly config: Config | undefined;
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** µs. */
  readonly now: number;
  /** Reads every stored byte. */
  readonly isDeep: boolean;
}

/** One thing that `weir doctor` looks at. May throw: that is a failure as well. */
export interface Check {
  readonly name: string;
  look(context: CheckContext): Promise<readonly Finding[]>;
}

export const ok = (says: string): Finding => ({ state: 'ok', says, next: '' });
export const warn = (says: string, next: string): Finding => ({ state: 'warn', says, next });
export const fail = (says: string, next: string): Finding => ({ state: 'fail', says, next });
