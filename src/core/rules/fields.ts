import { didYouMean, type Micros } from '#core/base/index.ts';
import type { ParsedYaml } from '#core/yaml/index.ts';
import { readDuration } from './duration.ts';
import type { RuleProblem } from './problem.ts';

type Path = readonly PropertyKey[];
type Level = RuleProblem['level'];

/** A YAML document of a rule file. */
export interface RuleDocument {
  readonly file: string;
  readonly yaml: ParsedYaml;
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The fields of one mapping of a document. Readers ask for what they know; what is wrong is collected with its line,
 * all of it and not only the first.
 */
export class Fields {
  readonly value: Readonly<Record<string, unknown>>;
  readonly #document: RuleDocument;
  readonly #path: Path;
  readonly #problems: RuleProblem[];
  readonly #rule: string;

  constructor(document: RuleDocument, problems: RuleProblem[], rule: string, path: Path = []) {
    const value = document.yaml.valueAt(path);
    this.value = isMap(value) ? value : {};
    this.#document = document;
    this.#path = path;
    this.#problems = problems;
    this.#rule = rule;
  }

  get line(): number {
    return this.#document.yaml.lineOf(this.#path) ?? 1;
  }

  lineOf(...below: Path): number {
    return this.#document.yaml.lineOf([...this.#path, ...below]) ?? this.line;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.value, key) && this.value[key] !== null;
  }

  problem(below: Path, message: string, advice: string, level: Level = 'refused'): undefined {
    this.#problems.push({
      file: this.#document.file,
      line: this.lineOf(...below),
      level,
      rule: this.#rule,
      message,
      advice,
    });
    return undefined;
  }

  /** What its author should know, of what was read so far. */
  get warnings(): readonly string[] {
    return this.#problems
      .filter((p) => p.level === 'warning')
      .map(({ message, advice }) => `${message}. ${advice}`.replace(/[. ]+$/, ''));
  }

  /** How many problems so far refuse what is read. */
  get refusals(): number {
    return this.#problems.filter((p) => p.level === 'refused').length;
  }

  /** The mapping under a key; an empty one when there is none. */
  under(...below: Path): Fields {
    const path = [...this.#path, ...below];
    return new Fields(this.#document, this.#problems, this.#rule, path);
  }

  /** A text (numbers and booleans are taken as written); '' counts as missing. */
  text(key: string, limit = Number.POSITIVE_INFINITY): string | undefined {
    const value = this.#scalar(key);
    if (value === undefined) return undefined;
    const text = String(value);
    if (text.length > limit)
      this.problem([key], `${key} has ${text.length} characters`, `Use at most ${limit}.`);
    return text === '' ? undefined : text;
  }

  needText(key: string, limit?: number): string {
    const text = this.text(key, limit);
    if (text === undefined) this.#missing(key);
    return text ?? '';
  }

  number(key: string): number | undefined {
    const value = this.#scalar(key);
    if (value === undefined) return undefined;
    const number = typeof value === 'boolean' ? Number.NaN : Number(value);
    if (Number.isFinite(number)) return number;
    return this.problem([key], `${key} is not a number`, 'Write digits, without quotes.');
  }

  flag(key: string): boolean | undefined {
    const value = this.#scalar(key);
    if (value === undefined) return undefined;
    if (typeof value === 'boolean') return value;
    const word = String(value).toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    return this.problem([key], `${key} is neither true nor false`, 'Write true or false.');
  }

  duration(key: string): Micros | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const found = readDuration(text);
    if (found !== undefined && found > 0) return found;
    return this.problem([key], `${key} is no length of time`, 'Write 5m, 1h, 14d or PT1H.');
  }

  /** One of these words, whatever its case. */
  choice<T extends string>(key: string, words: readonly T[]): T | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    const near = didYouMean(text, words);
    return this.problem([key], `${key} cannot be ${text}`, near || `Use ${words.join(', ')}.`);
  }

  /** A list of texts; a single text counts as a list of one. */
  texts(key: string): readonly string[] {
    const value = this.value[key];
    if (value === undefined || value === null) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.flatMap((item, i) => {
      if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
        return [String(item)];
      this.problem([key, i], `${key} holds something that is no text`, 'Write one text a line.');
      return [];
    });
  }

  /** The mappings of a list. */
  list(key: string): readonly Fields[] {
    const value = this.value[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value.map((_, i) => this.under(key, i));
    this.problem([key], `${key} is no list`, 'Begin each element with a dash.');
    return [];
  }

  #scalar(key: string): string | number | boolean | undefined {
    const value = Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value;
    return this.problem([key], `${key} is no single value`, 'Write one value.');
  }

  #missing(key: string): void {
    this.problem([], `${key} is missing`, `Add ${key}.`);
  }
}
