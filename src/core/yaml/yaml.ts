import { type Document, isNode, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';

type Path = readonly PropertyKey[];

/** A YAML document as plain data, with the lines its values stand on. */
export interface ParsedYaml {
  readonly value: unknown;
  readonly errors: readonly { readonly line: number | undefined; readonly message: string }[];
  /** The line (from 1) of a value, or of the nearest thing around it that exists. */
  lineOf(path: Path): number | undefined;
  valueAt(path: Path): unknown;
}

/** Parses YAML 1.2. Anchors expand to at most 100 copies, so that a small file cannot become a large one. */
export function parseYaml(text: string): ParsedYaml {
  const [first, second] = parseYamlDocuments(text);
  if (!first) return { value: null, errors: [], lineOf: () => undefined, valueAt: () => undefined };
  if (!second) return first;
  const message = 'a second document begins here; keep one in a file';
  return {
    ...first,
    value: undefined,
    errors: [...first.errors, { line: second.lineOf([]), message }],
  };
}

/** The documents of a stream, in order; none of an empty text. Lines count from the start of the text. */
export function parseYamlDocuments(text: string): readonly ParsedYaml[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  return [...documents].map((document) => readDocument(document, lines));
}

function readDocument(document: Document.Parsed<ParsedNode>, lines: LineCounter): ParsedYaml {
  const errors = document.errors.map((e) => ({
    line: lines.linePos(e.pos[0]).line,
    message: e.message,
  }));
  let value: unknown;
  if (errors.length === 0)
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      errors.push({ line: 1, message: error instanceof Error ? error.message : String(error) });
    }
  return {
    value,
    errors,
    lineOf(path) {
      for (let depth = path.length; depth >= 0; depth--) {
        const node = document.getIn(path.slice(0, depth), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return undefined;
    },
    valueAt(path) {
      let current = value;
      for (const step of path) {
        if (typeof current !== 'object' || current === null) return undefined;
        current = Object.hasOwn(current, step)
          ? (current as Record<PropertyKey, unknown>)[step]
          : undefined;
      }
      return current;
    },
  };
}
