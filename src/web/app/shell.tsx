import { Fragment, type ReactNode, Suspense, useEffect, useState } from 'react';
import { hasRole, type Me } from '#core/contract/index.ts';
import { commandKey, isPlain, isTyping } from '#web/base/keys.ts';
import { Link, Redirect, Route, Switch, useLocation } from '#web/base/router.ts';
import { useSelection } from '#web/query/index.ts';
import { Button, Empty, Icon, IconButton, Kbd, Loading } from '#web/widgets/index.ts';
import { FilterBar } from './filter-bar.tsx';
import { JumpBox } from './jump-box.tsx';
import { LiveLight } from './live-light.tsx';
import { Mark } from './mark.tsx';
import { GROUPS, PAGES, type Page } from './pages.ts';
import { TimeControl } from './time-control.tsx';
import { UserMenu } from './user-menu.tsx';

/** Where `E` leads: the panel with the focus, else the one under the pointer. */
function exploreTarget(): string | undefined {
  const panel =
    document.activeElement?.closest<HTMLElement>('[data-explore]') ??
    [...document.querySelectorAll<HTMLElement>('[data-explore]:hover')].at(-1);
  return panel?.dataset['explore'];
}

export function Shell(props: { readonly me: Me }): ReactNode {
  const [path, navigate] = useLocation();
  const { search } = useSelection();
  const [isJumping, setJumping] = useState(false);
  const [isNavOpen, setNavOpen] = useState(false);
  const pages = PAGES.filter((page) => hasRole(props.me.role, page.role));
  const page = pages.find((p) => p.path === path || (p.detail && path.startsWith(`${p.path}/`)));

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setJumping(true);
        return;
      }
      if (!isPlain(event) || isTyping(event) || document.querySelector('dialog[open]')) return;
      if (event.key === '/') {
        event.preventDefault();
        setJumping(true);
      } else if (event.key.toLowerCase() === 'e') {
        navigate(exploreTarget() ?? `/explore${search}`);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, search]);

  useEffect(() => {
    document.title = page ? `${page.title} · Weir` : 'Weir';
  }, [page]);

  return (
    <div className={`app${isNavOpen ? ' nav-open' : ''}`}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Navigation
        pages={pages}
        path={page?.path ?? path}
        search={search}
        onChosen={() => setNavOpen(false)}
      />
      <div className="beside-nav">
        <header className="top">
          <IconButton
            icon="menu"
            label="Pages"
            className="nav-button"
            aria-expanded={isNavOpen}
            onClick={() => setNavOpen(!isNavOpen)}
          />
          {page && page.controls !== 'none' && (
            <TimeControl hasComparison={page.controls === 'time and filters'} />
          )}
          {page?.controls === 'time and filters' && <FilterBar />}
          {page?.controls === 'none' && <h1 className="top-title">{page.title}</h1>}
          <span className="grow" />
          <Button
            className="jump-button"
            onClick={() => setJumping(true)}
            aria-label="Jump to a page, host, table or saved query"
          >
            <Icon name="search" size={14} />
            <span className="jump-words">Jump to host, table, query…</span>
            <Kbd>{commandKey()}K</Kbd>
          </Button>
          <LiveLight />
          <UserMenu me={props.me} />
        </header>
        <main id="main" tabIndex={-1}>
          <Suspense
            fallback={
              <div className="page">
                <Loading lines={6} says="Loading the page" />
              </div>
            }
          >
            <Switch>
              {pages.map((p) => (
                <Route key={p.path} path={p.path} component={p.view} />
              ))}
              {pages.map(
                ({ detail }) =>
                  detail && <Route key={detail.path} path={detail.path} component={detail.view} />,
              )}
              <Route path="/login">
                <Redirect href="/" replace />
              </Route>
              <Route>
                <div className="page">
                  <Empty title="There is no page here.">
                    <p>
                      Perhaps the link is old. <Link href="/">Go to the Overview</Link> or press{' '}
                      <Kbd>/</Kbd> to jump somewhere.
                    </p>
                  </Empty>
                </div>
              </Route>
            </Switch>
          </Suspense>
        </main>
      </div>
      {isJumping && <JumpBox pages={pages} onClose={() => setJumping(false)} />}
    </div>
  );
}

function Navigation(props: {
  readonly pages: readonly Page[];
  readonly path: string;
  readonly search: string;
  readonly onChosen: () => void;
}): ReactNode {
  const link = (page: Page) => (
    <Link
      key={page.path}
      href={`${page.path}${props.search}`}
      className={page.path === props.path ? 'on' : ''}
      aria-current={page.path === props.path ? 'page' : undefined}
      onClick={props.onChosen}
    >
      <Icon name={page.icon} />
      <span>{page.title}</span>
    </Link>
  );
  return (
    <nav className="nav" aria-label="Pages">
      <Mark />
      {GROUPS.map((group) => {
        const pages = props.pages.filter((page) => page.group === group);
        return (
          pages.length > 0 && (
            <Fragment key={group}>
              {group !== '' && <h2>{group}</h2>}
              {pages.map(link)}
            </Fragment>
          )
        );
      })}
    </nav>
  );
}
