import { type ReactNode, useState } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { kqlString } from '#web/base/kql.ts';
import { Link } from '#web/base/router.ts';
import { asFailure, toRecords, useChange, useKql } from '#web/query/index.ts';
import { Button, Confirm, Empty, Listing, Pill, say } from '#web/widgets/index.ts';
import { HarmlessDialog } from './harmless-dialog.tsx';
import { roleWords } from './words.ts';

const MOST = 100;

/** Rows of ThreatIntelIndicators that hold the text anywhere people would look for it. */
export function valuesKql(text: string): string {
  const sought = kqlString(text);
  const where =
    text === ''
      ? ''
      : `| where ObservableValue contains ${sought} or Malware contains ${sought} or Tags contains ${sought} or SourceSystem contains ${sought}\n`;
  return `ThreatIntelIndicators\n${where}| project ObservableValue, IndicatorType, Port, Role, Malware, SourceSystem, Confidence, ValidUntil, LastUpdateMethod, Id\n| take ${MOST}`;
}

type Value = Readonly<Record<string, string>>;

/** What is looked for, searched. */
export function Values(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly mayChange: boolean;
}): ReactNode {
  const { text, onText, mayChange } = props;
  const kql = valuesKql(text);
  const answer = useKql(kql);
  const [harmless, setHarmless] = useState<string>();
  const [removing, setRemoving] = useState<string>();
  const rows = answer.data && toRecords(answer.data).map(textsOf);
  return (
    <>
      <search className="indicator-search">
        <input
          className="input"
          type="search"
          aria-label="Search indicators"
          placeholder="Address, name, hash, malware, feed"
          value={text}
          onChange={(e) => onText(e.target.value)}
        />
        <Link href={exploreHref(kql)}>Open in Explore</Link>
      </search>
      <Listing
        title="Indicators"
        unit="what feeds and people name"
        rows={rows}
        error={answer.error}
        onRetry={answer.retry}
        keyOf={(v) => v['Id'] ?? ''}
        columns={[
          { head: 'value', kind: 'words', render: (v) => <What value={v} /> },
          { head: 'what it is', kind: 'words', render: (v) => roleWords(v['Role'] ?? '') },
          { head: 'feed', kind: 'words', render: (v) => v['SourceSystem'] },
          { head: 'confidence', kind: 'number', render: (v) => v['Confidence'] },
          {
            head: 'ends',
            kind: 'words',
            render: (v) => (v['ValidUntil'] || '–').slice(0, 10),
          },
          {
            head: 'actions',
            kind: 'row-actions',
            render: (v) =>
              mayChange && (
                <>
                  {v['LastUpdateMethod'] === 'Manual' && (
                    <Button look="quiet" onClick={() => setRemoving(writtenOf(v))}>
                      Remove
                    </Button>
                  )}
                  <Button look="quiet" onClick={() => setHarmless(v['ObservableValue'] ?? '')}>
                    Harmless
                  </Button>
                </>
              ),
          },
        ]}
        empty={
          text === '' ? (
            <Empty title="Nothing is looked for yet.">
              <p>Feeds of the configuration fill this list, and what people add by hand.</p>
            </Empty>
          ) : (
            <Empty title={`Nothing holds “${text}”.`}>
              <p>Values, malware, tags and feeds were searched.</p>
            </Empty>
          )
        }
        footer={
          rows && rows.length >= MOST
            ? `The first ${MOST}. Narrow them down to see others.`
            : undefined
        }
      />
      {harmless !== undefined && (
        <HarmlessDialog value={harmless} onClose={() => setHarmless(undefined)} />
      )}
      {removing !== undefined && (
        <RemoveDialog value={removing} onClose={() => setRemoving(undefined)} />
      )}
    </>
  );
}

const textsOf = (record: Readonly<Record<string, unknown>>): Value =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      value === null || value === undefined ? '' : String(value),
    ]),
  );

/** As it was added: with its port, a suffix with its star. */
function writtenOf(v: Value): string {
  const value = v['ObservableValue'] ?? '';
  if (v['IndicatorType'] === 'domain-suffix') return `*.${value}`;
  if (!v['Port']) return value;
  return value.includes(':') ? `[${value}]:${v['Port']}` : `${value}:${v['Port']}`;
}

function What({ value }: { readonly value: Value }): ReactNode {
  return (
    <>
      <p className="mono">{writtenOf(value)}</p>
      <p className="sub">
        <Pill>{value['IndicatorType']}</Pill> {value['Malware']}
      </p>
    </>
  );
}

function RemoveDialog(props: { readonly value: string; readonly onClose: () => void }): ReactNode {
  const { value, onClose } = props;
  const remove = useChange('removeIndicator', ['intel', 'query']);
  return (
    <Confirm
      title={`Remove ${value}?`}
      action="Remove"
      isBusy={remove.isPending}
      error={asFailure(remove.error)}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { value },
          {
            onSuccess: () => {
              say(`${value} removed`);
              onClose();
            },
          },
        )
      }
    >
      <p>It is not looked for any more, unless a feed names it too. Sightings stay.</p>
    </Confirm>
  );
}
