import type { ReactNode } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import { type Row, toText } from '#web/query/index.ts';
import { Button, copyText, Dialog } from '#web/widgets/index.ts';
import { cellHover, cellText } from './cells.tsx';

/** The text of a cell in full; objects and arrays are laid out. */
function fullText(cell: unknown): string {
  if (cell === null || cell === undefined) return 'null';
  if (typeof cell === 'object') return JSON.stringify(cell, null, 2);
  if (typeof cell === 'string' && /^[[{]/.test(cell)) {
    try {
      return JSON.stringify(JSON.parse(cell), null, 2);
    } catch {
      // Looks like JSON and is not: shown as it is.
    }
  }
  return toText(cell);
}

/** One cell in full, and the row it stands in. */
export function CellDetail(props: {
  readonly cell: unknown;
  readonly column: ResultColumn;
  readonly row: Row;
  readonly columns: readonly ResultColumn[];
  readonly onClose: () => void;
}): ReactNode {
  const text = fullText(props.cell);
  return (
    <Dialog title={props.column.name} look="wide" onClose={props.onClose}>
      <pre className="cell-full mono">{text}</pre>
      <p className="sub">{cellHover(props.cell, props.column)}</p>
      <div className="dialog-actions">
        <Button icon="copy" onClick={() => void copyText(text, 'Cell')}>
          Copy
        </Button>
      </div>
      <h2>The whole row</h2>
      <dl className="row-full">
        {props.columns.map((column, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
          <div key={i}>
            <dt>{column.name}</dt>
            <dd className="mono">
              {cellText(props.row[i], column, true) || <span className="null">empty</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
