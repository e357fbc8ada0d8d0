import { type ReactNode, useMemo } from 'react';
import type { ResultColumn } from '#core/contract/index.ts';
import { formatCount, formatShare } from '#web/base/format.ts';
import type { Row } from '#web/query/index.ts';
import { cellText } from './cells.tsx';
import { columnFacts } from './column-facts.ts';

const CARD_PX = 260;

/** What hovering the head of a column shows: counts, range and the most common values of the rows at hand. */
export function ColumnFactsCard(props: {
  readonly rows: readonly Row[];
  readonly index: number;
  readonly column: ResultColumn;
  readonly left: number;
  readonly isExact: boolean;
}): ReactNode {
  const { column } = props;
  const facts = useMemo(
    () => columnFacts(props.rows, props.index, column),
    [props.rows, props.index, column],
  );
  const show = (cell: unknown) => cellText(cell, column, props.isExact);
  return (
    <div className="column-facts" style={{ left: Math.max(0, props.left), width: CARD_PX }}>
      <p>
        <b>{column.name}</b> <span className="sub">{column.type}</span>
        {props.rows.length > facts.rows && (
          <span className="sub">, of the first {formatCount(facts.rows)} rows</span>
        )}
      </p>
      <dl>
        <dt>distinct</dt>
        <dd>{formatCount(facts.distinct)}</dd>
        {facts.empty > 0 && (
          <>
            <dt>empty</dt>
            <dd>
              {formatCount(facts.empty)}{' '}
              <span className="sub">{formatShare(facts.empty / facts.rows)}</span>
            </dd>
          </>
        )}
        {facts.least !== null && column.type !== 'dynamic' && (
          <>
            <dt>from</dt>
            <dd>{show(facts.least)}</dd>
            <dt>to</dt>
            <dd>{show(facts.most)}</dd>
          </>
        )}
        {facts.sum !== undefined && (
          <>
            <dt>sum</dt>
            <dd>{show(facts.sum)}</dd>
          </>
        )}
      </dl>
      {facts.distinct > 1 && facts.common[0] && facts.common[0].rows > 1 && (
        <ul>
          {facts.common.map((value) => (
            <li key={value.text}>
              <span>{show(value.text)}</span>
              <span className="sub">{formatShare(value.rows / facts.rows)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
