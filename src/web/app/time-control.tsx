import { type FormEvent, type ReactNode, useState } from 'react';
import {
  type Interval,
  nameBefore,
  PRESETS,
  presetOf,
  type Range,
  resolveRange,
} from '#web/base/range.ts';
import { formatInterval, formatMoment, formatUtc } from '#web/base/time-text.ts';
import { dataExtent, lastStretch, useRoute, useScope, useSelection } from '#web/query/index.ts';
import { Button, Icon, Menu, MenuItem } from '#web/widgets/index.ts';

const nameRange = (range: Range): string =>
  presetOf(range)?.text ?? formatInterval(resolveRange(range, Date.now()));

/** The one control for the time of the whole page, and whether to compare with the period before. */
export function TimeControl(props: { readonly hasComparison: boolean }): ReactNode {
  const { selection, change } = useSelection();
  const scope = useScope();
  const status = useRoute('status', {});
  const { interval } = scope;
  const data = dataExtent(status.data);
  const hover = `${formatInterval(interval)} local time\n${formatUtc(interval.from)} – ${formatUtc(interval.to)}`;

  return (
    <>
      <Menu
        label={`Time: ${nameRange(selection.range)}`}
        text={
          <span title={hover} className="time-words">
            <Icon name="clock" size={14} /> <b>{nameRange(selection.range)}</b>
          </span>
        }
      >
        {(close) => {
          const set = (range: Range) => {
            close();
            change({ range });
          };
          return (
            <>
              {PRESETS.map((preset) => (
                <MenuItem
                  key={preset.spanMs}
                  isChosen={presetOf(selection.range) === preset}
                  onSelect={() => set({ kind: 'last', spanMs: preset.spanMs })}
                >
                  {preset.text}
                </MenuItem>
              ))}
              {data && (
                <>
                  <hr className="menu-rule" />
                  <MenuItem
                    onSelect={() => set({ kind: 'fixed', ...data })}
                    detail={formatInterval(data)}
                  >
                    All data
                  </MenuItem>
                  {data.to < Date.now() - 3_600_000 && (
                    <MenuItem
                      onSelect={() => set(lastStretch(data))}
                      detail={`data ends ${formatMoment(data.to)}`}
                    >
                      Last day with data
                    </MenuItem>
                  )}
                </>
              )}
              <hr className="menu-rule" />
              <CustomTime interval={interval} onSet={set} />
            </>
          );
        }}
      </Menu>
      {props.hasComparison && <Comparison />}
    </>
  );
}

/** Against which period changes are measured, or that they are not. */
function Comparison(): ReactNode {
  const { selection, change } = useSelection();
  const scope = useScope();
  return (
    <button
      type="button"
      className={`chip-button compare${selection.isComparing ? '' : ' dashed'}`}
      aria-pressed={selection.isComparing}
      title={
        scope.previous
          ? `Changes are measured against ${formatInterval(scope.previous)}. Click to stop comparing.`
          : 'Click to measure changes against the period before.'
      }
      onClick={() => change({ isComparing: !selection.isComparing })}
    >
      {selection.isComparing ? `vs ${nameBefore(selection.range)}` : 'no comparison'}
    </button>
  );
}

const two = (value: number) => String(value).padStart(2, '0');

/** What an input of type datetime-local holds: local time to the minute. */
function localText(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

function CustomTime(props: {
  readonly interval: Interval;
  readonly onSet: (range: Range) => void;
}): ReactNode {
  const [from, setFrom] = useState(() => localText(props.interval.from));
  const [to, setTo] = useState(() => localText(props.interval.to));
  // A text without a zone is local time.
  const range = { kind: 'fixed', from: Date.parse(from), to: Date.parse(to) } as const;
  const isFine = range.from < range.to;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isFine) props.onSet(range);
  };
  return (
    <form className="custom-time" onSubmit={onSubmit}>
      <label>
        From{' '}
        <input
          className="input"
          type="datetime-local"
          value={from}
          onChange={(e) => setFrom(e.target.value)}
        />
      </label>
      <label>
        To{' '}
        <input
          className="input"
          type="datetime-local"
          value={to}
          onChange={(e) => setTo(e.target.value)}
        />
      </label>
      <p className={isFine ? 'sub' : 'field-error'}>
        {isFine
          ? `${formatUtc(range.from)} – ${formatUtc(range.to)}`
          : 'The end must be after the beginning.'}
      </p>
      <Button type="submit" look="main" disabled={!isFine}>
        Show this time
      </Button>
    </form>
  );
}
