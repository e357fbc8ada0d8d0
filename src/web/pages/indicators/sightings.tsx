import { type ReactNode, useState } from 'react';
import type { IntelSighting } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { exactNumber, formatBytes, plural } from '#web/base/format.ts';
import { kqlString, kqlTime } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { useRoute } from '#web/query/index.ts';
import { Ago, Button, Empty, Listing, Pill } from '#web/widgets/index.ts';
import { HarmlessDialog } from './harmless-dialog.tsx';
import { roleWords, SEVERITY_TONES } from './words.ts';

const MOST = 200;
const HOUR_MS = 3_600_000;

/** Who met what is looked for, the latest first. */
export function Sightings({ mayChange }: { readonly mayChange: boolean }): ReactNode {
  const answer = useRoute('sightings', { limit: String(MOST) }, { everyMs: () => 15_000 });
  const state = useRoute('intel', {});
  const [harmless, setHarmless] = useState<string>();
  const sightings = answer.data?.sightings;
  return (
    <>
      <Listing
        title="Sightings"
        unit="hosts that had to do with what feeds name, one row for each day"
        rows={sightings}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(s) => `${s.first} ${s.seen} ${s.asset} ${s.direction} ${s.port} ${s.protocol}`}
        columns={[
          {
            head: 'severity',
            kind: 'words',
            render: (s) => (
              <Pill tone={SEVERITY_TONES[s.severity] ?? 'plain'} title={s.reason}>
                {s.severity}
              </Pill>
            ),
          },
          { head: 'what', kind: 'words', render: (s) => <What sighting={s} /> },
          { head: 'confidence', kind: 'number', render: (s) => s.confidence },
          { head: 'flows', kind: 'number', render: (s) => <Flows sighting={s} /> },
          { head: 'came back', kind: 'number', render: (s) => formatBytes(s.replyBytes) },
          { head: 'last seen', kind: 'number', render: (s) => <Ago at={Date.parse(s.last)} /> },
          {
            head: 'actions',
            kind: 'row-actions',
            render: (s) =>
              mayChange && (
                <Button look="quiet" onClick={() => setHarmless(s.seen)}>
                  Harmless
                </Button>
              ),
          },
        ]}
        empty={<NoneSeen looksFor={state.data?.looksFor ?? null} />}
        footer={
          sightings && sightings.length >= MOST
            ? `The latest ${MOST}. Incidents hold what needs a person.`
            : undefined
        }
      />
      {harmless !== undefined && (
        <HarmlessDialog value={harmless} onClose={() => setHarmless(undefined)} />
      )}
    </>
  );
}

function What({ sighting }: { readonly sighting: IntelSighting }): ReactNode {
  const { asset, seen, direction, port, role, feeds, indicator, reason } = sighting;
  const isOut = direction === 'outbound';
  const address = (value: string) => <span className="mono">{value}</span>;
  return (
    <>
      <p>
        {address(isOut ? asset : seen)} {isOut ? 'called' : 'reached'}{' '}
        {address(isOut ? seen : asset)}
        {port !== null && <> on port {port}</>}
      </p>
      <p className="sub">
        {roleWords(role)}
        {indicator !== seen && <> ({indicator})</>}, named by {feeds.join(', ')}; {reason}
      </p>
    </>
  );
}

/** The flows, and the way to them. */
function Flows({ sighting }: { readonly sighting: IntelSighting }): ReactNode {
  const { asset, seen, first, last, flows } = sighting;
  const from = kqlTime(Date.parse(first) - HOUR_MS);
  const to = kqlTime(Date.parse(last) + HOUR_MS);
  const pair = `(SrcIp == ${kqlString(asset)} and DestIp == ${kqlString(seen)}) or (SrcIp == ${kqlString(seen)} and DestIp == ${kqlString(asset)})`;
  return (
    <Link
      href={exploreHref(`Flows\n| where TimeGenerated between (${from} .. ${to})\n| where ${pair}`)}
      title={`Show ${plural(flows, 'flow')} in Explore`}
    >
      {exactNumber(flows)}
    </Link>
  );
}

function NoneSeen({ looksFor }: { readonly looksFor: number | null }): ReactNode {
  if (!looksFor)
    return (
      <Empty title="Nothing is looked for yet.">
        <p>
          Name feeds under <code className="mono">intel: feeds</code> in the configuration, or add
          an indicator by hand. Stored traffic is then looked through, too.
        </p>
      </Empty>
    );
  return (
    <Empty title="Nobody met anything that is looked for.">
      <p>
        {plural(looksFor, 'value')} are looked for in all traffic as it is stored. What came in
        unanswered shows here as well, so there was none of that either.
      </p>
    </Empty>
  );
}
