import { StreamLanguage, type StreamParser } from '@codemirror/language';
import { tags } from '@lezer/highlight';

// Only what colours need: the truth about a query comes from the server.
const OPERATORS = new Set(
  (
    'where filter project project-away project-keep project-rename project-reorder extend summarize count take limit top ' +
    'top-nested sort order distinct join union lookup let in mv-expand mv-apply make-series parse parse-where parse-kv ' +
    'evaluate render serialize sample sample-distinct range print datatable externaldata search find fork facet invoke ' +
    'as partition scan getschema reduce materialize consume by on kind with asc desc nulls first last from to step ' +
    'default declare query_parameters set alias database view function'
  ).split(' '),
);
const WORDS = new Set(
  (
    'and or not in has has_any has_all contains startswith endswith hasprefix hassuffix matches regex between ' +
    'has_cs contains_cs startswith_cs endswith_cs'
  ).split(' '),
);
const LITERALS = new Set([
  'true',
  'false',
  'null',
  'datetime',
  'timespan',
  'dynamic',
  'guid',
  'time',
  'date',
  'real',
  'long',
  'int',
  'bool',
  'string',
  'decimal',
]);

interface State {
  /** Inside a multi-line string: its closing fence. */
  fence: string | undefined;
}

const parser: StreamParser<State> = {
  name: 'kql',
  startState: () => ({ fence: undefined }),
  token(stream, state) {
    if (state.fence !== undefined) {
      if (stream.skipTo(state.fence)) {
        stream.match(state.fence);
        state.fence = undefined;
      } else stream.skipToEnd();
      return 'string';
    }
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('```') || stream.match('~~~')) {
      state.fence = stream.current();
      return 'string';
    }
    if (stream.match(/^[hH]?@"(?:[^"]|"")*"?/) || stream.match(/^[hH]?@'(?:[^']|'')*'?/))
      return 'string';
    if (stream.match(/^[hH]?"(?:[^"\\]|\\.)*"?/) || stream.match(/^[hH]?'(?:[^'\\]|\\.)*'?/))
      return 'string';
    if (stream.match(/^\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:microseconds?|ticks?|ms|[dhms])?\b/i))
      return 'number';
    if (stream.match(/^[A-Za-z_$][\w-]*\w|^[A-Za-z_$]/)) {
      const word = stream.current();
      if (word.includes('-') && OPERATORS.has(word)) return 'keyword';
      // A hyphen belongs to a few operators only.
      if (word.includes('-')) stream.backUp(word.length - word.indexOf('-'));
      const plain = stream.current();
      if (OPERATORS.has(plain) && !(plain === 'count' && stream.match(/^\s*\(/, false)))
        return 'keyword';
      if (WORDS.has(plain)) return 'operatorKeyword';
      if (LITERALS.has(plain)) return 'typeName';
      return stream.match(/^\s*\(/, false) ? 'functionName' : 'variableName';
    }
    if (stream.match(/^!?(?:in~?|has|contains|startswith|endswith)\b/)) return 'operatorKeyword';
    if (stream.eat('|')) return 'pipe';
    if (stream.match(/^[=!<>~+\-*/%]+/)) return 'operator';
    stream.next();
    return null;
  },
  tokenTable: { pipe: tags.controlOperator, functionName: tags.function(tags.variableName) },
  languageData: {
    commentTokens: { line: '//' },
    closeBrackets: { brackets: ['(', '[', '{', '"', "'"] },
  },
};

/** Colours for KQL. */
export const kqlLanguage = StreamLanguage.define(parser);
