import type { ReactNode } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { plural } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { type Row, toText, useKql } from '#web/query/index.ts';
import { Empty, Failed, Loading, type RowColumn, Rows } from '#web/widgets/index.ts';

const MOST_ROWS = 12;
const MOST_COLUMNS = 8;

interface Shown {
  readonly id: string;
  readonly cells: Row;
}

/** The first rows that prove something, in place. */
export function Evidence({ kql }: { readonly kql: string }): ReactNode {
  const answer = useKql(kql);
  if (answer.error) return <Failed error={answer.error} onRetry={answer.retry} />;
  if (!answer.data) return <Loading lines={4} says="Fetching the rows" />;
  const { columns, rows } = answer.data;
  if (rows.length === 0)
    return (
      <Empty title="The rows are not there any more.">
        <p>Raw flows are kept for a while only; what was counted then is in the sentences above.</p>
      </Empty>
    );
  const heads = columns.slice(0, MOST_COLUMNS).map(
    ({ name }, i): RowColumn<Shown> => ({
      head: name,
      kind: 'words',
      render: (row) => <span className="mono nowrap">{toText(row.cells[i])}</span>,
    }),
  );
  const shown = rows.slice(0, MOST_ROWS).map((cells, i): Shown => ({ id: String(i), cells }));
  return (
    <div className="evidence">
      <Rows label="Rows that prove it" rows={shown} keyOf={(row) => row.id} columns={heads} />
      <p className="sub">
        {plural(rows.length, 'row')}
        {columns.length > MOST_COLUMNS && ` of ${columns.length} columns`}.{' '}
        <Link href={exploreHref(kql)}>All of it in Explore</Link>
      </p>
    </div>
  );
}
