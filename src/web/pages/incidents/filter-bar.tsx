import type { ReactNode } from 'react';
import { SEVERITIES } from '#core/alert/index.ts';
import { FilterChip } from '#web/widgets/index.ts';
import { STATES, type ViewProps } from './filters.ts';

/** What of it is shown; it lives in the address bar. Owners are of incidents only. */
export function FilterBar(props: ViewProps & { readonly owners?: readonly string[] }): ReactNode {
  const { filters, change, owners } = props;
  return (
    <search className="incident-filters">
      <label>
        Status
        <select
          className="input"
          value={filters.state}
          onChange={(e) => {
            const state = STATES.find((s) => s === e.target.value);
            if (state) change({ state });
          }}
        >
          {STATES.map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      </label>
      <label>
        From
        <select
          className="input"
          value={filters.severity}
          onChange={(e) => {
            const severity = SEVERITIES.find((s) => s === e.target.value);
            if (severity) change({ severity });
          }}
        >
          {SEVERITIES.map((s) => (
            <option key={s}>{s}</option>
          ))}
        </select>
      </label>
      {owners && (
        <label>
          Owner
          <select
            className="input"
            value={filters.owner}
            onChange={(e) => change({ owner: e.target.value })}
          >
            <option value="">anybody</option>
            <option value="-">nobody</option>
            {owners.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label>
        Words
        <input
          className="input"
          type="search"
          placeholder="address, title, rule"
          value={filters.text}
          onChange={(e) => change({ text: e.target.value })}
        />
      </label>
      {filters.entity !== '' && (
        <FilterChip name="About" value={filters.entity} onRemove={() => change({ entity: '' })} />
      )}
    </search>
  );
}
