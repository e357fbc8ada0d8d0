import { type EditorState, type Extension, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { type QueryText, queryAt, splitQueries } from '#web/base/kql-text.ts';

/** The query with the cursor. */
export function activeQuery(state: EditorState): QueryText | undefined {
  return queryAt(splitQueries(state.doc.toString()), state.selection.main.head);
}

const line = Decoration.line({ class: 'cm-query' });

function decorate(state: EditorState): DecorationSet {
  const queries = splitQueries(state.doc.toString());
  const query = queryAt(queries, state.selection.main.head);
  if (!query || queries.length < 2) return Decoration.none;
  const builder = new RangeSetBuilder<Decoration>();
  const last = state.doc.lineAt(query.end).number;
  for (let n = state.doc.lineAt(query.start).number; n <= last; n++) {
    const { from } = state.doc.line(n);
    builder.add(from, from, line);
  }
  return builder.finish();
}

/** Marks the lines that a run would take, where the text holds more than one query. */
export const markActiveQuery: Extension = ViewPlugin.define(
  (view: EditorView) => ({
    decorations: decorate(view.state),
    update(update: ViewUpdate) {
      if (update.docChanged || update.selectionSet) this.decorations = decorate(update.state);
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);
