import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Failed } from './message.tsx';

/** Asks before something is destroyed: what goes, in the words of `children`, and the button that does it. */
export function Confirm(props: {
  readonly title: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly error: Parameters<typeof Failed>[0]['error'] | undefined;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      {props.error && <Failed error={props.error} />}
      {props.children}
      <div className="dialog-actions">
        <Button onClick={props.onClose}>Cancel</Button>
        <Button look="danger" disabled={props.isBusy} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </div>
    </Dialog>
  );
}
