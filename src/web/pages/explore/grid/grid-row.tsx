// biome-ignore-all lint/suspicious/noArrayIndexKey: columns keep their places, and names may repeat
// biome-ignore-all lint/a11y/useSemanticElements: a table of thousands of rows exists only where it is looked at
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the cell in use
import { type MouseEvent, memo, type ReactNode } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import type { Row } from '#web/query/index.ts';
import { Icon } from '#web/widgets/index.ts';
import { CellView, cellHover, isMono, isRight } from './cells.tsx';

/** One row of the grid. */
export const GridRow = memo(function GridRow(props: {
  readonly index: number;
  readonly top: number;
  readonly row: Row;
  readonly columns: readonly ResultColumn[];
  readonly widths: readonly number[];
  readonly isExact: boolean;
  readonly current: number | undefined;
  readonly onPlace: (row: number, column: number) => void;
  readonly onShow: (row: number, column: number) => void;
  readonly onMenu: (row: number, column: number, x: number, y: number) => void;
}): ReactNode {
  const { index } = props;
  const openMenu = (column: number) => (event: MouseEvent) => {
    event.preventDefault();
    props.onPlace(index, column);
    props.onMenu(index, column, event.clientX, event.clientY);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className="grid-row"
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {props.columns.map((column, i) => (
        <div
          key={`${i} ${column.name}`}
          id={`cell-${index}-${i}`}
          role="gridcell"
          className={`${isRight(column) ? 'right' : ''}${isMono(column) ? ' mono' : ''}${props.current === i ? ' current' : ''}`}
          style={{ width: props.widths[i] }}
          title={cellHover(props.row[i], column)}
          onMouseDown={() => props.onPlace(index, i)}
          onDoubleClick={() => props.onShow(index, i)}
          onContextMenu={openMenu(i)}
        >
          <CellView cell={props.row[i]} column={column} isExact={props.isExact} />
          {props.current === i && (
            <button
              type="button"
              className="cell-more"
              tabIndex={-1}
              aria-label={`${column.name}: filter and copy`}
              title="Filter and copy"
              onClick={openMenu(i)}
            >
              <Icon name="more" size={13} />
            </button>
          )}
        </div>
      ))}
    </div>
  );
});
