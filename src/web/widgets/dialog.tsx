import { type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from './button.tsx';

/** A native modal dialog: Escape closes it, focus stays inside and comes back. Mount it to open it. */
export function Dialog(props: {
  readonly title: string;
  readonly look?: string;
  readonly isBare?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape, which the dialog handles itself, is the key for the click outside
    <dialog
      ref={dialog}
      className={`dialog ${props.look ?? ''}`}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => event.target === event.currentTarget && props.onClose()}
    >
      {props.isBare ? (
        props.children
      ) : (
        <div className="dialog-body">
          <header>
            <h2>{props.title}</h2>
            <IconButton icon="close" label="Close" onClick={props.onClose} />
          </header>
          {props.children}
        </div>
      )}
    </dialog>
  );
}
