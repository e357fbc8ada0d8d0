import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#core/contract/index.ts';
import { Loading } from '#web/widgets/index.ts';
import { createHelp } from './help.ts';
import type { EditorHandle } from './types.ts';

interface KqlEditorProps {
  readonly text: string;
  /** Where the cursor begins. */
  readonly cursor: number;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
  /** Called with what the server finds wrong while typing. */
  readonly onChecked: (found: readonly Diagnostic[]) => void;
  readonly handle: RefObject<EditorHandle | null>;
}

/** An editor for KQL; CodeMirror is loaded when the first one is shown. */
export function KqlEditor({
  text,
  cursor,
  onChange,
  onRun,
  onChecked,
  handle,
}: KqlEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const latest = useRef({ text, cursor, onChange, onRun, onChecked });
  latest.current = { text, cursor, onChange, onRun, onChecked };

  useEffect(() => {
    const box = host.current;
    if (!box) return;
    let isGone = false;
    void import('./codemirror.ts').then(({ openEditor }) => {
      if (isGone) return;
      const help = createHelp();
      handle.current = openEditor(box, {
        ...help,
        text: latest.current.text,
        cursor: latest.current.cursor,
        onChange: (next) => latest.current.onChange(next),
        onRun: () => latest.current.onRun(),
        check: async (typed) => {
          const found = await help.check(typed);
          latest.current.onChecked(found);
          return found;
        },
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
