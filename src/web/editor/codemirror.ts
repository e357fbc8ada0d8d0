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
import { bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import {
  type Diagnostic,
  forEachDiagnostic,
  linter,
  nextDiagnostic,
  setDiagnostics,
} from '@codemirror/lint';
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
import type { Fix, Diagnostic as Told } from '#core/contract/index.ts';
import { activeQuery, markActiveQuery } from './active-query.ts';
import { kqlLanguage } from './kql-language.ts';
import { colours, look } from './look.ts';
import { node, sayNodes } from './nodes.ts';
import { signatureTooltip } from './signature-tooltip.ts';
import type { EditorHandle, EditorOptions, Mark } from './types.ts';

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
        const name = item.label.replace(/\(.*$/s, '');
        const takes = item.label.slice(name.length);
        const after = item.after ?? '';
        return {
          label: name,
          // The server's order, most likely first.
          boost: Math.max(-99, 99 - i),
          detail: item.detail ?? (takes === '' ? item.kind : takes),
          ...(item.says ? { info: item.says } : {}),
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

const SEVERITIES = { information: 'info', warning: 'warning', error: 'error' } as const;

function applyFix(view: EditorView, fix: Fix): void {
  const { from, to } = { from: fix.start, to: fix.start + fix.length };
  if (to > view.state.doc.length) return;
  view.dispatch({
    changes: { from, to, insert: fix.insert },
    selection: { anchor: from + fix.insert.length },
  });
  view.focus();
}

function toDiagnostic(view: EditorView, d: Mark & Partial<Pick<Told, 'fixes'>>): Diagnostic {
  return {
    ...clamp(view, d.start, d.length),
    severity: SEVERITIES[d.severity],
    message: d.hint ? `${d.message}\n${d.hint}` : d.message,
    actions: (d.fixes ?? []).map((fix) => ({
      name: fix.title,
      // The text may have moved since; what is underlined moved with it.
      apply: (v, from) => applyFix(v, { ...fix, start: fix.start + from - d.start }),
    })),
  };
}

/** Makes the first change that would mend what is underlined at the cursor. */
function fixHere(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  let isDone = false;
  forEachDiagnostic(view.state, (d, from, to) => {
    const [action] = d.actions ?? [];
    if (isDone || !action || head < from || head > to) return;
    isDone = true;
    action.apply(view, from, to);
  });
  return isDone;
}

/** Opens an editor in a shadow root: there the library's styles are adopted sheets, which the page's policy allows. */
export function openEditor(host: HTMLElement, options: EditorOptions): EditorHandle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const format = async (v: EditorView): Promise<boolean> => {
    const { state } = v;
    const place = state.selection.main.head;
    const change = await options.format(state.doc.toString(), place);
    if (!change || v.state.doc !== state.doc) return false;
    v.dispatch({
      changes: { from: change.start, to: change.end, insert: change.text },
      selection: { anchor: change.start + keepPlace(state, place, change) },
    });
    return true;
  };
  const run = () => {
    options.onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      selection: { anchor: Math.min(options.cursor, options.text.length) },
      extensions: [
        Prec.highest(
          keymap.of([
            { key: 'Shift-Enter', run },
            { key: 'Mod-Enter', run },
            { key: 'Mod-.', run: fixHere },
            {
              key: 'Shift-Alt-f',
              run: (v) => {
                void format(v);
                return true;
              },
            },
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
        linter(
          async (v) => (await options.check(v.state.doc.toString())).map((d) => toDiagnostic(v, d)),
          { delay: 450 },
        ),
        signatureTooltip(options),
        markActiveQuery,
        hoverTooltip(
          async (v, position) => {
            const hover = await options.hover(v.state.doc.toString(), position);
            if (!hover) return null;
            return {
              pos: Math.min(hover.start, v.state.doc.length),
              end: Math.min(hover.start + hover.length, v.state.doc.length),
              create: () => {
                const dom = node('div', 'cm-hover');
                dom.append(node('div', 'cm-title', hover.title), ...sayNodes(hover.says));
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
          { key: 'F8', run: nextDiagnostic },
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
  const moveTo = (start: number) =>
    view.dispatch({
      selection: { anchor: Math.min(start, view.state.doc.length) },
      scrollIntoView: true,
    });
  // Problems that appear below take room away from the line that is being typed.
  const watcher = new ResizeObserver(() => {
    if (view.hasFocus)
      view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main.head) });
  });
  watcher.observe(host);
  return {
    setText: (text) => {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    current: () => {
      const { from, to } = view.state.selection.main;
      const selected = view.state.sliceDoc(from, to);
      if (selected.trim() !== '')
        return { start: from, end: to, text: selected, isSelection: true };
      const query = activeQuery(view.state);
      return query && { ...query, isSelection: false };
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    mark: (found) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          found.map((d) => toDiagnostic(view, d)),
        ),
      ),
    fix: (fix) => applyFix(view, fix),
    format: () => format(view),
    focus: () => view.focus(),
    goTo: (start) => {
      moveTo(start);
      view.focus();
    },
    moveTo,
    close: () => {
      watcher.disconnect();
      view.destroy();
    },
  };
}

/** The cursor stays behind as many letters as before it, blanks not counted. */
function keepPlace(
  state: EditorState,
  place: number,
  change: { readonly start: number; readonly end: number; readonly text: string },
): number {
  const behind = state.sliceDoc(change.start, Math.min(place, change.end));
  let left = behind.replaceAll(/\s/g, '').length;
  let at = 0;
  for (; at < change.text.length && left > 0; at++) if (/\S/.test(change.text[at] ?? '')) left--;
  return at;
}
