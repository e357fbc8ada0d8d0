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
  Failed,
  Icon,
  IconButton,
  Loading,
  Note,
  Num,
  Panel,
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
  if (answer.error)
    return (
      <div className="page">
        <Failed error={answer.error} onRetry={answer.retry} />
      </div>
    );
  const lists = answer.data?.watchlists;
  return (
    <div className="page">
      <Panel
        title="Watchlists"
        unit="CSV files that queries look things up in"
        span={12}
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
      >
        {!lists ? (
          <Loading lines={3} />
        ) : lists.length === 0 ? (
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
        ) : (
          <div className="rows">
            <table aria-label="Watchlists">
              <thead>
                <tr>
                  <th scope="col">alias</th>
                  <th scope="col">columns</th>
                  <th scope="col" className="number">
                    items
                  </th>
                  <th scope="col" className="number">
                    size
                  </th>
                  <th scope="col" className="number">
                    changed
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {lists.map((list) => (
                  <tr key={list.alias}>
                    <td>
                      <Link
                        href={exploreHref(`_GetWatchlist(${kqlString(list.alias)})\n| take 100`)}
                      >
                        {list.alias}
                      </Link>
                      {list.description && <p className="sub">{list.description}</p>}
                      {list.problem && (
                        <Note tone="bad">
                          <p>{list.problem}</p>
                        </Note>
                      )}
                    </td>
                    <td>
                      {list.columns.map((column) => (
                        <Pill
                          key={column}
                          tone={column === list.searchKey ? 'allow' : 'plain'}
                          {...(column === list.searchKey ? { title: 'SearchKey' } : {})}
                        >
                          {column}
                          {column === list.searchKey && ' (key)'}
                        </Pill>
                      ))}
                    </td>
                    <td className="number">
                      <Num value={list.items} unit="none" />
                    </td>
                    <td className="number">{formatBytes(list.sizeBytes)}</td>
                    <td className="number">
                      <Ago at={Date.parse(list.changedAt)} />
                    </td>
                    <td className="row-actions">
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
                          <Button look="quiet" onClick={() => setOpen({ kind: 'put', list })}>
                            Replace
                          </Button>
                          <IconButton
                            icon="trash"
                            label={`Delete ${list.alias}`}
                            onClick={() => setOpen({ kind: 'delete', list })}
                          />
                        </>
                      )}
                      {list.origin === 'configuration' && (
                        <span className="sub">from the configuration</span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      {open?.kind === 'put' && <ListDialog list={open.list} onClose={() => setOpen(undefined)} />}
      {open?.kind === 'delete' && (
        <DeleteList alias={open.list.alias} onClose={() => setOpen(undefined)} />
      )}
    </div>
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
