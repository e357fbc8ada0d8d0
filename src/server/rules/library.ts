import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  MAX_FILE_BYTES,
  type Rule,
  type RuleFile,
  type RuleProblem,
  readRules,
} from '#core/rules/index.ts';

export interface LibraryOptions {
  /** Folders with rule files; the first is where rules are written and imported to. */
  readonly folders: readonly string[];
  /** Whether Weir's own rules are among them. */
  readonly withPack?: boolean;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
}

export interface Library {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** Folder of the rules that Weir brings. */
export const PACK = fileURLToPath(new URL('./pack', import.meta.url));

const IS_RULE = /\.(?:ya?ml|json)$/i;
const MAX_DEPTH = 8;
const MAX_FILES = 20_000;

/** Rule files below a folder, in order of their names. A file stands for itself. */
export function listRuleFiles(path: string, depth = 0): readonly string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  if (depth > MAX_DEPTH) return [];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return listRuleFiles(inner, depth + 1);
      return entry.isFile() && IS_RULE.test(entry.name) ? [inner] : [];
    })
    .slice(0, MAX_FILES);
}

/** Reads files; problems name them relative to `from`. A file that cannot be read is a problem. */
export function readRuleFiles(
  paths: readonly string[],
  from: string,
): { readonly files: readonly RuleFile[]; readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const files = paths.flatMap((path): RuleFile[] => {
    const file = relative(from, path) || basename(path);
    try {
      if (statSync(path).size > MAX_FILE_BYTES)
        return [{ file, text: ' '.repeat(MAX_FILE_BYTES + 1) }];
      return [{ file, text: readFileSync(path, 'utf8') }];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push({
        file,
        level: 'refused',
        rule: '',
        message: `the file cannot be read: ${why}`,
        advice: 'Give this user the right to.',
      });
      return [];
    }
  });
  return { files, problems };
}

/** The rules of some folders, read anew when a file of them is. */
export function createLibrary({ folders, withPack = true, placeholders = {} }: LibraryOptions) {
  let stamp = '';
  let held: Library = { rules: [], problems: [] };
  const all = [...folders, ...(withPack ? [PACK] : [])];

  /** Problems name files relative to their folder; those of the pack with the pack's name before. */
  function fileOf({ source }: Rule): {
    readonly folder: string | undefined;
    readonly path: string | undefined;
  } {
    for (const folder of all) {
      const path = join(folder === PACK ? join(PACK, '..') : folder, source.file);
      if (existsSync(path)) return { folder, path };
    }
    return { folder: undefined, path: undefined };
  }

  function read(): Library {
    const parts = all.map((folder) =>
      readRuleFiles(listRuleFiles(folder), folder === PACK ? join(PACK, '..') : folder),
    );
    const found = readRules(
      parts.flatMap((p) => p.files),
      { placeholders },
    );
    return {
      rules: found.rules,
      problems: [...parts.flatMap((p) => p.problems), ...found.problems],
    };
  }

  return {
    /** The folder that rules are written to. */
    folder: folders[0] ?? '',
    /** What the files say now. */
    current(): Library {
      const now = stampOf(all);
      if (now !== stamp) {
        held = read();
        stamp = now;
      }
      return held;
    },
    /** Whether Weir brings it. */
    isOwn: (rule: Rule): boolean => fileOf(rule).folder === PACK,
    /** Where its file is; undefined when that has gone. */
    pathOf: (rule: Rule): string | undefined => fileOf(rule).path,
  };
}

export type RuleLibrary = ReturnType<typeof createLibrary>;

function stampOf(folders: readonly string[]): string {
  return folders
    .flatMap((folder) => listRuleFiles(folder))
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path} ${mtimeMs} ${size}`;
    })
    .join('\n');
}
