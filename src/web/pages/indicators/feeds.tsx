import type { ReactNode } from 'react';
import type { IntelFeed } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { exactNumber, formatDuration, plural } from '#web/base/format.ts';
import { kqlString } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import { Ago, Button, Empty, Failed, Listing, Note, Num, Pill, say } from '#web/widgets/index.ts';
import { HarmlessList } from './harmless-list.tsx';

/** Where indicators come from, and what was refused of them. */
export function Feeds({ mayChange }: { readonly mayChange: boolean }): ReactNode {
  const answer = useRoute('intel', {}, { everyMs: () => 10_000 });
  const sync = useChange('syncFeed', ['intel', 'sightings']);
  const { data } = answer;
  const failure = asFailure(sync.error);
  return (
    <>
      {failure && <Failed error={failure} />}
      {data && data.unevaluatedLists > 0 && (
        <Note tone="warn">
          <p>
            {plural(data.unevaluatedLists, 'warning list')} of regular expressions{' '}
            {data.unevaluatedLists === 1 ? 'is' : 'are'} not evaluated: what such a list holds is
            looked for all the same. Take it out of{' '}
            <code className="mono">intel: warningLists</code>, or write what matters of it as names
            or networks.
          </p>
        </Note>
      )}
      <Listing
        title="Feeds"
        unit={data && unitOf(data.looksFor, data.lookingBack)}
        rows={data?.feeds.filter((feed) => feed.kind !== 'by hand' || feed.indicators > 0)}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(feed) => feed.name}
        columns={[
          { head: 'feed', kind: 'words', render: (feed) => <Name feed={feed} /> },
          {
            head: 'indicators',
            kind: 'number',
            render: (feed) => (
              <Link
                href={exploreHref(
                  `ThreatIntelIndicators\n| where SourceSystem == ${kqlString(feed.name)}\n| take 100`,
                )}
              >
                <Num value={feed.indicators} unit="none" />
              </Link>
            ),
          },
          { head: 'refused', kind: 'words', render: (feed) => <Refused feed={feed} /> },
          {
            head: 'changed',
            kind: 'number',
            render: (feed) =>
              feed.syncedAt === null ? (
                <span className="sub">never</span>
              ) : (
                <Ago at={Date.parse(feed.syncedAt)} />
              ),
          },
          {
            head: 'looked',
            kind: 'number',
            render: (feed) =>
              feed.triedAt === null ? (
                <span className="sub">never</span>
              ) : (
                <Ago at={Date.parse(feed.triedAt)} />
              ),
          },
          {
            head: 'actions',
            kind: 'row-actions',
            render: (feed) =>
              mayChange &&
              feed.kind !== 'by hand' && (
                <Button
                  look="quiet"
                  disabled={
                    feed.isSyncing || (sync.isPending && sync.variables?.name === feed.name)
                  }
                  title="Fetch it now, and take what it says however much it changed"
                  onClick={() =>
                    sync.mutate({ name: feed.name }, { onSuccess: () => say(`${feed.name} read`) })
                  }
                >
                  Sync now
                </Button>
              ),
          },
        ]}
        empty={
          <Empty title="No feed is followed.">
            <p>
              Name feeds under <code className="mono">intel: feeds</code> in the configuration:
              lists by URL or file, TAXII collections, a MISP. Their format is told by their
              content.
            </p>
          </Empty>
        }
      />
      {data && data.harmless.length > 0 && (
        <HarmlessList entries={data.harmless} mayChange={mayChange} />
      )}
    </>
  );
}

function unitOf(
  looksFor: number | null,
  lookingBack: { readonly days: number; readonly before: string } | null,
): string {
  const values = looksFor === null ? 'not compiled yet' : `${plural(looksFor, 'value')} looked for`;
  if (!lookingBack) return values;
  const where = lookingBack.before === '' ? '' : `, now before ${lookingBack.before}`;
  return `${values}; stored days are looked through for new ones${where}`;
}

function Name({ feed }: { readonly feed: IntelFeed }): ReactNode {
  return (
    <>
      <p>
        {feed.name} {feed.format !== '' && <Pill>{feed.format}</Pill>}
      </p>
      <p className="sub">
        {feed.kind === 'by hand'
          ? 'what people added'
          : `${feed.location}, every ${formatDuration(feed.everyMs)}, trust ${feed.trust}`}
      </p>
      {feed.problem !== null && (
        <Note tone="bad">
          <p>{feed.problem}</p>
        </Note>
      )}
    </>
  );
}

function Refused({ feed }: { readonly feed: IntelFeed }): ReactNode {
  const count = feed.refusals.reduce((sum, r) => sum + r.count, 0);
  if (count === 0) return <span className="sub">none</span>;
  return (
    <details className="feed-refusals">
      <summary>
        {exactNumber(count)} of {exactNumber(feed.entries)}
      </summary>
      <ul>
        {feed.refusals.map((r) => (
          <li key={r.reason}>
            {exactNumber(r.count)}: {r.says}
            {feed.samples
              .filter((s) => s.reason === r.reason)
              .slice(0, 3)
              .map((s) => (
                <p key={`${s.at} ${s.detail}`} className="sub">
                  {s.at > 0 && `${s.at}: `}
                  <code className="mono">{s.detail}</code>
                </p>
              ))}
          </li>
        ))}
      </ul>
    </details>
  );
}
