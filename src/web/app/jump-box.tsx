// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the input, which names the option in use
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the input has the keys
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { StatusAnswer } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { kqlString, kqlTime } from '#web/base/kql.ts';
import { useLocation } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import { dataExtent, toText, useKql, useRoute, useSelection } from '#web/query/index.ts';
import { Dialog, Icon, type IconName } from '#web/widgets/index.ts';
import type { Page } from './pages.ts';

interface Target {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly detail?: string;
  readonly icon: IconName;
  readonly href: string;
}

const MOST = 14;

const matches = (text: string, typed: string): boolean =>
  text.toLowerCase().includes(typed.toLowerCase());

/** Reaches every page, table, saved query and host by typing a part of its name. */
export function JumpBox(props: {
  readonly pages: readonly Page[];
  readonly onClose: () => void;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const { targets, isLooking } = useTargets(typed.trim(), props.pages);
  const current = Math.min(at, Math.max(0, targets.length - 1));

  const go = (target: Target | undefined) => {
    if (!target) return;
    props.onClose();
    navigate(target.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(targets[current]);
    else if (event.key === 'ArrowDown') setAt(Math.min(targets.length - 1, current + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, current - 1));
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  return (
    <Dialog title="Jump to" look="high" isBare onClose={props.onClose}>
      <div className="jump">
        <input
          className="jump-input"
          placeholder="Jump to a page, host, table or saved query"
          role="combobox"
          aria-label="Jump to a page, host, table or saved query"
          aria-expanded="true"
          aria-controls="jump-list"
          aria-activedescendant={targets[current] ? `jump-${current}` : undefined}
          autoFocus
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div id="jump-list" ref={list} className="jump-list" role="listbox" aria-label="Found">
          {targets.map((target, i) => (
            <div
              key={target.id}
              className="jump-option"
              id={`jump-${i}`}
              role="option"
              aria-selected={i === current}
              onMouseMove={() => setAt(i)}
              onClick={() => go(target)}
            >
              <Icon name={target.icon} />
              <span className="jump-text">{target.text}</span>
              {target.detail && <span className="sub">{target.detail}</span>}
              <span className="jump-kind">{target.kind}</span>
            </div>
          ))}
        </div>
        {targets.length === 0 && (
          <p className="jump-none">
            {isLooking
              ? 'Looking …'
              : 'Nothing is called so. Type a part of an address, or the name of a page, host, table or saved query.'}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function useTargets(
  typed: string,
  pages: readonly Page[],
): { readonly targets: readonly Target[]; readonly isLooking: boolean } {
  const { selection, search } = useSelection();
  const schema = useRoute('schema', {});
  const saved = useRoute('savedQueries', {});
  const status = useRoute('status', {});
  const isAsked = typed.length >= 2;
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(isAsked ? typed : undefined), 200);
    return () => clearTimeout(timer);
  }, [typed, isAsked]);
  const hosts = useKql(asked === undefined ? undefined : findHosts(asked, status.data));

  const found: Target[] = [];
  for (const page of pages)
    if (matches(page.title, typed))
      found.push({
        id: `page ${page.path}`,
        kind: 'Page',
        text: page.title,
        icon: page.icon,
        href: `${page.path}${search}`,
      });
  const names = new Map(
    isAsked ? hosts.data?.rows.map((row) => [toText(row[0]), toText(row[1])]) : [],
  );
  if (isWhole(typed) && !names.has(typed)) names.set(typed, '');
  for (const [ip, name] of names)
    found.push({
      id: `host ${ip}`,
      kind: 'Host',
      text: ip,
      detail: name || 'Overview of this host',
      icon: 'overview',
      href: `/${printSelection({ ...selection, filters: { host: ip } })}`,
    });
  for (const query of saved.data?.queries ?? [])
    if (matches(`${query.name} ${query.description}`, typed))
      found.push({
        id: `query ${query.id}`,
        kind: 'Saved query',
        text: query.name,
        icon: 'star',
        href: exploreHref(query.query),
      });
  for (const table of schema.data?.tables ?? [])
    if (matches(table.name, typed))
      found.push({
        id: `table ${table.name}`,
        kind: 'Table',
        text: table.name,
        detail: table.row,
        icon: 'table',
        href: exploreHref(`${table.name}\n| take 100`),
      });
  return {
    targets: found.slice(0, MOST),
    isLooking: isAsked && (asked !== typed || hosts.isFetching),
  };
}

const DAY_MS = 86_400_000;
const MOST_HOSTS = 6;

/** Addresses that begin so, and hosts with that in their name, of the last week of the data. */
function findHosts(typed: string, status: StatusAnswer | undefined): string | undefined {
  const data = dataExtent(status);
  if (!data) return undefined;
  const text = kqlString(typed);
  const since = `TimeGenerated >= ${kqlTime(data.to - 7 * DAY_MS)}`;
  const isReduced = status?.tables.some((t) => t.name === 'TrafficByHost' && t.rows > 0);
  if (isReduced)
    return `TrafficByHost\n| where ${since} and (Ip startswith ${text} or Host contains ${text})\n| summarize Flows = sum(Flows) by Ip, Host\n| top ${MOST_HOSTS} by Flows desc\n| project Ip, Host`;
  return `Flows\n| where ${since} and SrcIp startswith ${text}\n| summarize Flows = count() by Ip = SrcIp\n| top ${MOST_HOSTS} by Flows desc\n| project Ip, Host = ""`;
}

const isWhole = (typed: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(typed) || /^[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*$/i.test(typed);
