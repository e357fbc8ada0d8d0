import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#core/contract/index.ts';
import { call, RequestFailed } from '#web/query/index.ts';
import { Loading } from '#web/widgets/index.ts';
import type { EditorHandle } from './types.ts';

interface KqlEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  /** Called with what the server finds wrong while typing. */
  readonly onChecked: (found: readonly Diagnostic[]) => void;
  readonly handle: RefObject<EditorHandle | null>;
}

/** Asks the server; without an answer there is simply no help while typing, and running the query tells. */
async function tryAsk<T>(ask: Promise<T>): Promise<T | undefined> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof RequestFailed) return undefined;
    throw error;
  }
}

/** An editor for KQL; CodeMirror is loaded when the first one is shown. */
export function KqlEditor({ text, onChange, onRun, onChecked, handle }: KqlEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const latest = useRef({ text, onChange, onRun, onChecked });
  latest.current = { text, onChange, onRun, onChecked };

  useEffect(() => {
    const box = host.current;
    if (!box) return;
    let isGone = false;
    void import('./codemirror.ts').then(({ openEditor }) => {
      if (isGone) return;
      handle.current = openEditor(box, {
        text: latest.current.text,
        onChange: (next) => latest.current.onChange(next),
        onRun: () => latest.current.onRun(),
        check: async (query) => {
          const answer =
            query.trim() === '' ? undefined : await tryAsk(call('kqlCheck', { query }));
          const found = answer?.diagnostics ?? [];
          latest.current.onChecked(found);
          return found;
        },
        complete: (query, position) => tryAsk(call('kqlComplete', { query, position })),
        hover: async (query, position) =>
          (await tryAsk(call('kqlHover', { query, position })))?.hover ?? undefined,
      });
      setOpen(true);
    });
    return () => {
      isGone = true;
      handle.current?.close();
      handle.current = null;
      setOpen(false);
    };
  }, [handle]);

  useEffect(() => {
    if (isOpen) handle.current?.setText(text);
  }, [isOpen, text, handle]);

  return (
    <div className="kql-editor">
      <div ref={host} className="kql-host" />
      {!isOpen && (
        <div className="kql-wait">
          <Loading lines={3} says="Loading the editor" />
        </div>
      )}
    </div>
  );
}
