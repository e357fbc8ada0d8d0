import type { ReactNode } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { exactNumber, formatByUnit, formatChange } from '#web/base/format.ts';
import { useLocation } from '#web/base/router.ts';
import { type Scope, toNumber, toRecords, toText, useKql, useSelection } from '#web/query/index.ts';
import {
  Bar,
  Empty,
  Loading,
  Num,
  Panel as PanelFrame,
  Pill,
  type RowColumn,
  Rows,
} from '#web/widgets/index.ts';
import { choose } from './choice.ts';
import { isLink } from './follow.ts';
import { PanelFailed } from './panel-failed.tsx';
import type { Panel, PanelColumn } from './panels.ts';

type Record_ = Readonly<Record<string, unknown>>;

let countryNames: Intl.DisplayNames | undefined;

/** `NL` → `Netherlands`. Codes that are no country stay as they are. */
function countryName(code: string): string {
  countryNames ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  return /^[A-Z]{2}$/.test(code) ? (countryNames.of(code) ?? code) : code;
}

function Text(props: { readonly row: Record_; readonly column: PanelColumn }): ReactNode {
  const { row, column } = props;
  const text = toText(row[column.column]);
  const sub = column.sub ? toText(row[column.sub]) : '';
  if (column.as === 'arrow')
    return (
      <span title={`${text} → ${sub}`}>
        {text || 'many'} <span className="arrow">→</span> {sub || 'many'}
      </span>
    );
  if (column.as === 'country')
    return (
      <>
        {countryName(text)} <span className="sub">{text}</span>
      </>
    );
  if (column.as === 'rule') {
    const name = /^(?:Default|User)Rule_(.+)$/.exec(text)?.[1] ?? (text || 'no rule named');
    return (
      <span title={text}>
        {name} <span className="sub">{sub.toLowerCase()}</span>
      </span>
    );
  }
  if (column.as === 'port') {
    const protocol = toText(row['L4Protocol']);
    const tail = sub || { T: 'tcp', U: 'udp' }[protocol] || protocol.toLowerCase();
    return (
      <>
        {text || '–'} <span className="sub">{tail}</span>
      </>
    );
  }
  return (
    <span title={sub ? `${text}  ${sub}` : text}>
      {text} {sub && <span className="sub">{sub.split('/').at(-1)}</span>}
    </span>
  );
}

/** How a number moved since the period before; a rise of the denied is a warning, other moves are news only. */
function Change(props: {
  readonly now: number;
  readonly before: number;
  readonly tone: string;
  readonly unit: 'flows' | 'bytes';
}): ReactNode {
  const text = formatChange(props.now, props.before);
  const isAlarming = props.tone === 'deny' && (props.before === 0 || props.now / props.before >= 2);
  return (
    <span
      className={isAlarming ? 'up' : 'sub'}
      title={`before: ${exactNumber(props.before)} ${props.unit}`}
    >
      {text === 'same' ? '=' : text}
    </span>
  );
}

export function PanelView(props: {
  readonly panel: Panel;
  readonly scope: Scope;
  readonly hasRollups: boolean;
}): ReactNode {
  const { panel, scope } = props;
  const chosen = choose(panel.choices, scope, { hasRollups: props.hasRollups, compares: true });
  const answer = useKql(chosen?.kql);
  const [, navigate] = useLocation();
  const { setFilter } = useSelection();
  const { measure } = panel;

  const rows = answer.data ? toRecords(answer.data) : [];
  const most = Math.max(...rows.map((row) => toNumber(row[measure.column])), 0);
  const compares = answer.data?.columns.some((c) => c.name === 'Before') ?? false;
  // Two addresses need the room that a bar would take.
  const isPairs = panel.columns.some((column) => column.as === 'arrow');
  const bar: RowColumn<Record_> = {
    head: '',
    kind: 'bar',
    render: (row) => {
      const value = toNumber(row[measure.column]);
      return (
        <Bar
          of={most}
          label={formatByUnit(value, measure.unit).exact}
          parts={[{ name: measure.head, tone: measure.tone, value }]}
        />
      );
    },
  };
  const columns: RowColumn<Record_>[] = [
    ...panel.columns.map(
      (column): RowColumn<Record_> => ({
        head: column.head,
        kind: column.as === 'arrow' ? 'pair' : column.kind,
        render: (row) => <Text row={row} column={column} />,
      }),
    ),
    ...(isPairs ? [] : [bar]),
    {
      head: measure.head,
      kind: 'number',
      render: (row) => <Num value={toNumber(row[measure.column])} unit={measure.unit} />,
    },
    ...(compares
      ? [
          {
            head: 'change',
            kind: 'number' as const,
            render: (row: Record_) => (
              <Change
                now={toNumber(row[measure.column])}
                before={toNumber(row['Before'])}
                tone={measure.tone}
                unit={measure.unit === 'bytes' ? 'bytes' : 'flows'}
              />
            ),
          },
        ]
      : []),
  ];
  const onChoose = (row: Record_, isAside: boolean) => {
    const texts = Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [name, toText(cell)]),
    );
    const value = panel.filter ? (texts[panel.filter.column] ?? '') : '';
    if (panel.filter && value !== '' && !isAside) setFilter(panel.filter.key, value);
    else navigate(exploreHref(panel.opens(texts)));
  };

  return (
    <PanelFrame
      title={panel.title}
      span={panel.span}
      unit={chosen?.since ? `${panel.unit}, ${chosen.since}` : panel.unit}
      isStale={answer.isFetching && !answer.isLoading}
      actions={
        chosen && chosen.ignored.length > 0 ? (
          <Pill
            tone="deny"
            title="These figures are kept by other features of a flow, so this panel shows all of them."
          >
            not by {chosen.ignored.join(', ').toLowerCase()}
          </Pill>
        ) : undefined
      }
      {...(chosen ? { exploreHref: exploreHref(chosen.kql) } : {})}
      onExplore={(event) => {
        if (!chosen || isLink(event)) return;
        event.preventDefault();
        navigate(exploreHref(chosen.kql));
      }}
      footer={rows.length > 0 ? panel.note : undefined}
    >
      {!chosen ? (
        <Empty title="Not computed yet.">
          <p>
            Weir works this out when it reduces flows, a short while after they came in. Nothing
            needs to be done.
          </p>
        </Empty>
      ) : answer.error ? (
        <PanelFailed error={answer.error} retry={answer.retry} />
      ) : answer.isLoading ? (
        <Loading lines={6} />
      ) : rows.length === 0 ? (
        <p className="none-here">{panel.empty}</p>
      ) : (
        <Rows
          label={panel.title}
          columns={columns}
          rows={rows}
          keyOf={(row) =>
            panel.columns
              .map((c) => `${toText(row[c.column])} ${c.sub ? toText(row[c.sub]) : ''}`)
              .join(' ') + toText(row['L4Protocol'])
          }
          onChoose={onChoose}
          choosing={panel.choosing}
        />
      )}
    </PanelFrame>
  );
}
