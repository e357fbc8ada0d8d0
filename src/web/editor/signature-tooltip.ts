import { type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  EditorView,
  keymap,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Signature } from '#core/contract/index.ts';
import { node, sayNodes } from './nodes.ts';
import type { EditorHelp } from './types.ts';

/** So long may the typing pause before the server is asked. */
const PAUSE_MS = 120;

const show = StateEffect.define<Tooltip | null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    // It moves with the text until the next answer.
    return value && transaction.docChanged
      ? { ...value, pos: transaction.changes.mapPos(value.pos) }
      : value;
  },
  provide: (field) => showTooltip.from(field),
});

function describe(signature: Signature): HTMLElement {
  const title = node('div', 'cm-title');
  title.append(`${signature.name}(`);
  signature.parameters.forEach((parameter, i) => {
    if (i > 0) title.append(', ');
    const type = parameter.type === '' ? '' : `: ${parameter.type}`;
    const text = `${parameter.name}${type}${parameter.isRepeated ? ', …' : ''}`;
    title.append(
      node(i === signature.active ? 'b' : 'span', '', parameter.isOptional ? `[${text}]` : text),
    );
  });
  title.append(signature.returns === '' ? ')' : `): ${signature.returns}`);
  const box = node('div', 'cm-hover cm-signature');
  box.setAttribute('role', 'tooltip');
  box.append(title, ...sayNodes(signature.says));
  return box;
}

/** Shows what a call takes while its arguments are typed. Opens with `(` and `,`, or by the keyboard. */
export function signatureTooltip(help: Pick<EditorHelp, 'signature'>): Extension {
  let ask: (view: EditorView) => void = () => {};
  const plugin = ViewPlugin.define(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let asked = 0;
    ask = (view) => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const mine = ++asked;
        const { state } = view;
        const pos = state.selection.main.head;
        const found = await help.signature(state.doc.toString(), pos);
        if (mine !== asked || view.state !== state) return;
        const tooltip = found && { pos, above: true, create: () => ({ dom: describe(found) }) };
        view.dispatch({ effects: show.of(tooltip ?? null) });
      }, PAUSE_MS);
    };
    return {
      update(update: ViewUpdate) {
        const isOpen = update.state.field(shown) !== null;
        if (!update.docChanged && !(update.selectionSet && isOpen)) return;
        let opens = isOpen;
        update.changes.iterChanges((_from, _to, _start, _end, inserted) => {
          if (/[(,]/.test(inserted.toString())) opens = true;
        });
        if (opens) ask(update.view);
      },
      destroy: () => clearTimeout(waiting),
    };
  });
  const close = (view: EditorView) => {
    if (view.state.field(shown) === null) return false;
    view.dispatch({ effects: show.of(null) });
    return true;
  };
  return [
    shown,
    plugin,
    EditorView.domEventHandlers({ blur: (_, view) => void close(view) }),
    Prec.high(
      keymap.of([
        { key: 'Escape', run: close },
        {
          key: 'Mod-Shift-Space',
          run: (view) => {
            ask(view);
            return true;
          },
        },
      ]),
    ),
  ];
}
