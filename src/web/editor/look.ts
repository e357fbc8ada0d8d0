import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const colours = HighlightStyle.define([
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

export const look = EditorView.theme({
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
    maxWidth: 'min(460px, 90vw)',
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
  '.cm-completionDetail': {
    marginLeft: '10px',
    color: 'var(--ink3)',
    fontStyle: 'normal',
    fontFamily: 'var(--sans)',
  },
  '.cm-completionInfo': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    maxWidth: '320px',
    padding: '6px 9px',
  },
  '.cm-diagnostic': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    maxWidth: 'min(460px, 90vw)',
    padding: '6px 9px',
    borderLeft: '3px solid var(--bad)',
  },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--deny)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--accent)' },
  '.cm-tooltip .cm-tooltip-section:not(:first-child)': { borderTop: '1px solid var(--line)' },
  '.cm-diagnosticAction': {
    font: 'inherit',
    fontSize: '12px',
    padding: '1px 8px',
    marginLeft: '8px',
    border: '1px solid var(--line-strong)',
    borderRadius: '5px',
    backgroundColor: 'var(--panel)',
    color: 'var(--accent)',
    cursor: 'pointer',
  },
  '.cm-query': { boxShadow: 'inset 2px 0 var(--accent)' },
  '.cm-title': { fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-title b': { color: 'var(--accent)' },
  '.cm-says': { marginTop: '3px', color: 'var(--ink2)' },
  '.cm-example': {
    marginTop: '3px',
    fontFamily: 'var(--mono)',
    fontSize: '11.5px',
    color: 'var(--ink3)',
  },
  '.cm-hover': {
    fontFamily: 'var(--sans)',
    fontSize: '12px',
    maxWidth: '420px',
    padding: '6px 9px',
    whiteSpace: 'pre-wrap',
  },
});
