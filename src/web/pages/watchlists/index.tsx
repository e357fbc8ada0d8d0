import { type ReactNode, useState } from 'react';
import { hasRole, printPath, ROUTES, type Watchlist } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { formatBytes } from '#web/base/format.ts';
import { kqlString } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Confirm,
  Empty,
  Icon,
  IconButton,
  Listing,
  Note,
  Num,
  Pill,
  say,
} from '#web/widgets/index.ts';
import { ListDialog } from './list-dialog.tsx';

type Open =
  | { readonly kind: 'put'; readonly list: Watchlist | undefined }
  | { readonly kind: 'delete'; readonly list: Watchlist };

/** Lists that queries look things up in, by `_GetWatchlist`. */
export default function Watchlists(): ReactNode {
  const answer = useRoute('watchlists', {});
  const me = useRoute('me', {});
  const [open, setOpen] = useState<Open>();
  const mayChange = me.data !== undefined && hasRole(me.data.role, 'analyst');
  return (
    <div className="page">
      <Listing
        title="Watchlists"
        unit="CSV files that queries look things up in"
        actions={
          mayChange && (
            <Button
              look="main"
              icon="plus"
              onClick={() => setOpen({ kind: 'put', list: undefined })}
            >
              New watchlist
            </Button>
          )
        }
        rows={answer.data?.watchlists}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(list) => list.alias}
        columns={[
          { head: 'alias', kind: 'words', render: (list) => <Alias list={list} /> },
          { head: 'columns', kind: 'words', render: (list) => <Columns list={list} /> },
          {
            head: 'items',
            kind: 'number',
            render: (list) => <Num value={list.items} unit="none" />,
          },
          { head: 'size', kind: 'number', render: (list) => formatBytes(list.sizeBytes) },
          {
            head: 'changed',
            kind: 'number',
            render: (list) => <Ago at={Date.parse(list.changedAt)} />,
          },
          {
            head: 'actions',
            kind: 'row-actions',
            render: (list) => <Actions list={list} mayChange={mayChange} onOpen={setOpen} />,
          },
        ]}
        empty={
          <Empty title="There is no watchlist.">
            <p>
              A watchlist is a table of your own: important hosts, known scanners, partners'
              networks.
              {mayChange
                ? ' Upload a CSV with a header, and queries read it with '
                : ' An analyst can upload one; queries read it with '}
              <code className="mono">_GetWatchlist("name")</code>.
            </p>
          </Empty>
        }
      />
      {open?.kind === 'put' && <ListDialog list={open.list} onClose={() => setOpen(undefined)} />}
      {open?.kind === 'delete' && (
        <DeleteList alias={open.list.alias} onClose={() => setOpen(undefined)} />
      )}
    </div>
  );
}

function Alias({ list }: { readonly list: Watchlist }): ReactNode {
  return (
    <>
      <Link href={exploreHref(`_GetWatchlist(${kqlString(list.alias)})\n| take 100`)}>
        {list.alias}
      </Link>
      {list.description && <p className="sub">{list.description}</p>}
      {list.problem && (
        <Note tone="bad">
          <p>{list.problem}</p>
        </Note>
      )}
    </>
  );
}

function Columns({ list }: { readonly list: Watchlist }): ReactNode {
  return list.columns.map((column) =>
    column === list.searchKey ? (
      <Pill key={column} tone="allow" title="SearchKey">
        {column} (key)
      </Pill>
    ) : (
      <Pill key={column}>{column}</Pill>
    ),
  );
}

function Actions(props: {
  readonly list: Watchlist;
  readonly mayChange: boolean;
  readonly onOpen: (open: Open) => void;
}): ReactNode {
  const { list, mayChange, onOpen } = props;
  return (
    <>
      <a
        className="icon-button"
        href={printPath(ROUTES.watchlist.path, { alias: list.alias })}
        download={`${list.alias}.csv`}
        aria-label={`Download ${list.alias}`}
        title={`Download ${list.alias}`}
      >
        <Icon name="download" />
      </a>
      {mayChange && list.origin === 'folder' && (
        <>
          <Button look="quiet" onClick={() => onOpen({ kind: 'put', list })}>
            Replace
          </Button>
          <IconButton
            icon="trash"
            label={`Delete ${list.alias}`}
            onClick={() => onOpen({ kind: 'delete', list })}
          />
        </>
      )}
      {list.origin === 'configuration' && <span className="sub">from the configuration</span>}
    </>
  );
}

function DeleteList(props: { readonly alias: string; readonly onClose: () => void }): ReactNode {
  const { alias, onClose } = props;
  const remove = useChange('deleteWatchlist', ['watchlists']);
  return (
    <Confirm
      title={`Delete ${alias}?`}
      action="Delete"
      isBusy={remove.isPending}
      error={asFailure(remove.error)}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { alias },
          {
            onSuccess: () => {
              say(`${alias} deleted`);
              onClose();
            },
          },
        )
      }
    >
      <p>Queries that name it find an empty list from now on. Download it first to keep a copy.</p>
    </Confirm>
  );
}
