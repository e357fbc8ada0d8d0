import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
} from '@codemirror/commands';
import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, linter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { kqlLanguage } from './kql-language.ts';
import type { EditorHandle, EditorOptions } from './types.ts';

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: tags.controlOperator, color: 'var(--ink3)', fontWeight: '600' },
  { tag: tags.operatorKeyword, color: 'var(--code-keyword)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.typeName, color: 'var(--code-number)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-function)' },
  { tag: tags.comment, color: 'var(--ink3)', fontStyle: 'italic' },
  { tag: tags.operator, color: 'var(--ink2)' },
]);

const wavy = (colour: string) => ({
  // The library draws its wave as a data: image, which the page's policy forbids.
  backgroundImage: 'none',
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: 'none',
  textUnderlineOffset: '3px',
});

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--ink)', backgroundColor: 'var(--panel)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--panel)',
    color: 'var(--ink3)',
    border: 'none',
    paddingLeft: '6px',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 55%, transparent)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    { backgroundColor: 'var(--selected)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--selected)',
    outline: '1px solid var(--line-strong)',
  },
  '.cm-placeholder': { color: 'var(--ink3)' },
  '.cm-lintRange-error': wavy('var(--bad)'),
  '.cm-lintRange-warning': wavy('var(--deny)'),
  '.cm-lintRange-info, .cm-lintRange-hint': wavy('var(--accent)'),
  '.cm-lintPoint:after': { display: 'none' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    backgroundColor: 'var(--panel)',
    color: 'var(--ink)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: '12px',
    maxHeight: '16em',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--ink)',
  },
  '.cm-completionMatchedText': {
    textDecoration: 'none',
    color: 'var(--accent)',
    fontWeight: '600',
  },
  '.cm-completionDetail': { color: 'var(--ink3)', fontStyle: 'normal', fontFamily: 'var(--sans)' },
  '.cm-completionInfo': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    maxWidth: '320px',
    padding: '6px 9px',
  },
  '.cm-diagnostic': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    padding: '6px 9px',
    borderLeft: '3px solid var(--bad)',
  },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--deny)' },
  '.cm-hover': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    maxWidth: '420px',
    padding: '6px 9px',
    whiteSpace: 'pre-wrap',
  },
});

function readCompletions(options: EditorOptions) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w-]+/);
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!context.explicit && !word && !/[|\s(,]/.test(before)) return null;
    const found = await options.complete(context.state.doc.toString(), context.pos);
    if (!found || context.aborted) return null;
    return {
      from: found.start,
      to: found.start + found.length,
      validFor: /^[\w-]*$/,
      options: found.items.map((item, i): Completion => {
        const text = item.insert ?? item.label;
        const after = item.after ?? '';
        return {
          label: item.label,
          // The server's order, most likely first.
          boost: Math.max(-99, 99 - i),
          ...(item.detail ? { detail: item.detail } : { detail: item.kind }),
          apply: (view, _completion, from, to) =>
            view.dispatch({
              changes: { from, to, insert: text + after },
              selection: { anchor: from + text.length },
            }),
        };
      }),
    };
  };
}

function clamp(view: EditorView, start: number, length: number): { from: number; to: number } {
  const most = view.state.doc.length;
  const from = Math.max(0, Math.min(start, most));
  const to = Math.max(from, Math.min(start + Math.max(length, 1), most));
  // An error at the very end underlines the last character.
  return from === to && from > 0 ? { from: from - 1, to } : { from, to };
}

/** Opens an editor in a shadow root: there the library's styles are adopted sheets, which the page's policy allows. */
export function openEditor(host: HTMLElement, options: EditorOptions): EditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const toDiagnostic =
    (view: EditorView) =>
    (d: {
      start: number;
      length: number;
      severity: string;
      message: string;
      hint?: string | undefined;
    }): Diagnostic => ({
      ...clamp(view, d.start, d.length),
      severity:
        d.severity === 'information' ? 'info' : d.severity === 'warning' ? 'warning' : 'error',
      message: d.hint ? `${d.message}\n${d.hint}` : d.message,
    });
  const run = () => {
    options.onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Shift-Enter', run },
            { key: 'Mod-Enter', run },
          ]),
        ),
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('  '),
        EditorView.lineWrapping,
        kqlLanguage,
        syntaxHighlighting(colours),
        look,
        placeholder('Flows | where FlowStatus == "Denied" | summarize count() by AclRule'),
        autocompletion({
          override: [readCompletions(options)],
          icons: false,
          activateOnTypingDelay: 120,
        }),
        linter(async (v) => (await options.check(v.state.doc.toString())).map(toDiagnostic(v)), {
          delay: 450,
        }),
        hoverTooltip(
          async (v, position) => {
            const hover = await options.hover(v.state.doc.toString(), position);
            if (!hover) return null;
            return {
              pos: Math.min(hover.start, v.state.doc.length),
              end: Math.min(hover.start + hover.length, v.state.doc.length),
              create: () => {
                const dom = document.createElement('div');
                dom.className = 'cm-hover';
                dom.textContent = `${hover.title}\n${hover.says}`;
                return { dom };
              },
            };
          },
          { hoverTime: 350 },
        ),
        // Tab indents only where text is selected over lines, so that it still leaves the editor.
        keymap.of([
          { key: 'Mod-]', run: indentMore },
          { key: 'Mod-[', run: indentLess },
          ...completionKeymap,
          ...closeBracketsKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'KQL query', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (text) => {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    mark: (found) => view.dispatch(setDiagnostics(view.state, found.map(toDiagnostic(view)))),
    focus: () => view.focus(),
    goTo: (start) => {
      view.dispatch({
        selection: { anchor: Math.min(start, view.state.doc.length) },
        scrollIntoView: true,
      });
      view.focus();
    },
    close: () => view.destroy(),
  };
}
