import { type FormEvent, type ReactNode, useState } from 'react';
import { FILTERS, type FilterKey, kqlWhere } from '#web/base/selection.ts';
import { toNumber, toText, useKql, useScope, useSelection } from '#web/query/index.ts';
import { Failed, FilterChip, Icon, Loading, Menu, MenuItem, Num } from '#web/widgets/index.ts';

const MOST = 12;

/** The filters of the whole page as chips, and the way to add one. */
export function FilterBar(): ReactNode {
  const { selection, setFilter } = useSelection();
  const free = FILTERS.filter(({ key }) => selection.filters[key] === undefined);
  return (
    <>
      {FILTERS.map(({ key, text }) => {
        const value = selection.filters[key];
        return value === undefined ? null : (
          <FilterChip
            key={key}
            name={text}
            value={shorten(value)}
            onRemove={() => setFilter(key, undefined)}
          />
        );
      })}
      {free.length > 0 && (
        <Menu
          label="Add a filter"
          look="chip-button dashed"
          hasArrow={false}
          text={
            <>
              <Icon name="plus" size={12} /> <span className="filter-word">filter</span>
            </>
          }
        >
          {(close) => (
            <FilterChoice
              keys={free.map((f) => f.key)}
              onSet={(key, value) => {
                close();
                setFilter(key, value);
              }}
            />
          )}
        </Menu>
      )}
    </>
  );
}

/** The last part of a resource's path says most. */
const shorten = (value: string): string =>
  value.length > 40 && value.includes('/') ? `…/${value.split('/').at(-1)}` : value;

function FilterChoice(props: {
  readonly keys: readonly FilterKey[];
  readonly onSet: (key: FilterKey, value: string) => void;
}): ReactNode {
  const [key, setKey] = useState<FilterKey>();
  if (key !== undefined)
    return <ValueChoice filterKey={key} onSet={(value) => props.onSet(key, value)} />;
  return (
    <>
      <p className="menu-title">Show only flows with a certain …</p>
      {FILTERS.filter((f) => props.keys.includes(f.key)).map((f) => (
        <MenuItem key={f.key} detail={f.hint} onSelect={() => setKey(f.key)}>
          {f.text}
        </MenuItem>
      ))}
    </>
  );
}

function ValueChoice(props: {
  readonly filterKey: FilterKey;
  readonly onSet: (value: string) => void;
}): ReactNode {
  const filter = FILTERS.find((f) => f.key === props.filterKey) ?? FILTERS[0];
  const scope = useScope();
  const [typed, setTyped] = useState('');
  const answer = useKql(
    `Flows\n${kqlWhere(scope.interval, scope.filters)}\n| summarize Records = count() by Value = tostring(${filter.column})\n| where Value != ""\n| top ${MOST} by Records desc`,
  );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') props.onSet(typed.trim());
  };
  const shown =
    answer.data?.rows.filter((row) => toText(row[0]).toLowerCase().includes(typed.toLowerCase())) ??
    [];
  return (
    <>
      <form onSubmit={onSubmit}>
        <input
          className="input"
          data-first
          placeholder={`${filter.text}: type or choose`}
          aria-label={filter.text}
          {...('pattern' in filter ? { pattern: '[0-9]{1,5}' } : {})}
          value={typed}
          onChange={(e) => setTyped(e.target.value)}
        />
      </form>
      {answer.isLoading && <Loading lines={3} />}
      {answer.error && <Failed error={answer.error} />}
      {shown.map((row) => (
        <MenuItem
          key={toText(row[0])}
          detail={<Num value={toNumber(row[1])} unit="records" />}
          onSelect={() => props.onSet(toText(row[0]))}
        >
          {toText(row[0])}
        </MenuItem>
      ))}
      {answer.data && shown.length === 0 && (
        <p className="menu-title">
          {typed === ''
            ? 'No flow of this time has a value here.'
            : 'Press Enter to filter by what you typed.'}
        </p>
      )}
    </>
  );
}
