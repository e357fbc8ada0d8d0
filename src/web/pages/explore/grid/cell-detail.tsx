import type { ReactNode } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import { type Row, toText } from '#web/query/index.ts';
import { Button, copyText, Dialog } from '#web/widgets/index.ts';
import { conditionFor, expansionOf, pathCondition, readDynamic } from './cell-condition.ts';
import { cellHover, cellText } from './cells.tsx';
import { JsonTree } from './json-tree.tsx';

/** One cell in full, what to do with it, and the row it stands in. */
export function CellDetail(props: {
  readonly cell: unknown;
  readonly column: ResultColumn;
  readonly row: Row;
  readonly columns: readonly ResultColumn[];
  readonly onAdd: (operator: string) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { cell, column } = props;
  const value = readDynamic(cell);
  const isTree = typeof value === 'object' && value !== null;
  const text = isTree ? JSON.stringify(value, null, 2) : cell === null ? 'null' : toText(cell);
  const expansion = expansionOf(cell, column);
  const add = (operator: string) => {
    props.onClose();
    props.onAdd(operator);
  };
  return (
    <Dialog title={column.name} look="wide" onClose={props.onClose}>
      {isTree ? (
        <div className="cell-full">
          <JsonTree
            value={value}
            onFilter={(path, leaf) => add(`where ${pathCondition(path, leaf, column, '==')}`)}
          />
        </div>
      ) : (
        <pre className="cell-full mono">{text}</pre>
      )}
      {!isTree && <p className="sub">{cellHover(cell, column)}</p>}
      <div className="dialog-actions">
        {expansion && (
          <Button icon="table" onClick={() => add(expansion.operator)}>
            {expansion.says}
          </Button>
        )}
        <Button icon="filter" onClick={() => add(`where ${conditionFor(cell, column, '==')}`)}>
          Only rows with this
        </Button>
        <Button icon="copy" onClick={() => void copyText(text, 'Cell')}>
          Copy
        </Button>
      </div>
      <h2>The whole row</h2>
      <dl className="row-full">
        {props.columns.map((c, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
          <div key={i}>
            <dt>{c.name}</dt>
            <dd className="mono">
              {cellText(props.row[i], c, true) || <span className="null">empty</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
