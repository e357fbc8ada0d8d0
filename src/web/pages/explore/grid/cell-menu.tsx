import type { ReactNode } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import { observersKql, rawFlowsKql } from '#core/enrich/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { useLocation } from '#web/base/router.ts';
import type { Row } from '#web/query/index.ts';
import { copyText, MenuAt, MenuItem } from '#web/widgets/index.ts';
import { type Comparison, conditionFor, expansionOf, isOrdered } from './cell-condition.ts';
import { cellText } from './cells.tsx';
import { reducedRow } from './reduced-row.ts';

const LONGEST = 28;

const COMPARISONS: readonly (readonly [Comparison, string])[] = [
  ['==', 'Only rows with this'],
  ['!=', 'Only rows without this'],
];
const ORDERINGS: readonly (readonly [Comparison, string])[] = [
  ['>=', 'From this on'],
  ['<=', 'Up to this'],
];

/** What can be done with a cell; each filter is a `where` at the end of the query. A reduced row leads to its raw rows. */
export function CellMenu(props: {
  readonly x: number;
  readonly y: number;
  readonly cell: unknown;
  readonly column: ResultColumn;
  readonly row: Row;
  readonly columns: readonly ResultColumn[];
  readonly onAdd: (operator: string) => void;
  readonly onShow: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const { cell, column } = props;
  const hasValue = cell !== null && cell !== undefined;
  const filters = isOrdered(column) && hasValue ? [...COMPARISONS, ...ORDERINGS] : COMPARISONS;
  const expansion = expansionOf(cell, column);
  const reduced = reducedRow(props.columns, props.row);
  const [, navigate] = useLocation();
  const pick = (action: () => void) => () => {
    props.onClose();
    action();
  };
  const rowText = () => props.columns.map((c, i) => cellText(props.row[i], c, true)).join('\t');
  return (
    <MenuAt
      x={props.x}
      y={props.y}
      label={`${column.name}: filter and copy`}
      onClose={props.onClose}
    >
      {filters.map(([comparison, text]) => {
        const condition = conditionFor(cell, column, comparison);
        return (
          <MenuItem
            key={comparison}
            detail={
              <code className="mono" title={condition}>
                {condition.length > LONGEST ? `${condition.slice(0, LONGEST)}…` : condition}
              </code>
            }
            onSelect={pick(() => props.onAdd(`where ${condition}`))}
          >
            {text}
          </MenuItem>
        );
      })}
      {expansion && (
        <MenuItem onSelect={pick(() => props.onAdd(expansion.operator))}>{expansion.says}</MenuItem>
      )}
      {reduced && (
        <>
          <hr className="menu-rule" />
          <MenuItem onSelect={pick(() => navigate(exploreHref(rawFlowsKql(reduced))))}>
            The flows behind this row
          </MenuItem>
          <MenuItem onSelect={pick(() => navigate(exploreHref(observersKql(reduced))))}>
            Who observed them
          </MenuItem>
        </>
      )}
      <hr className="menu-rule" />
      <MenuItem onSelect={pick(props.onShow)} detail="Enter">
        Show in full
      </MenuItem>
      <MenuItem
        onSelect={pick(() => void copyText(cellText(cell, column, true), 'Cell'))}
        detail="Ctrl C"
      >
        Copy the cell
      </MenuItem>
      <MenuItem onSelect={pick(() => void copyText(rowText(), 'Row'))}>Copy the row</MenuItem>
    </MenuAt>
  );
}
