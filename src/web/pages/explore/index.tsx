import './explore.css';
import '#web/editor/editor.css';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Diagnostic } from '#core/contract/index.ts';
import { exploreHref, LONGEST_LINK } from '#web/base/explore-link.ts';
import { addOperator, splitQueries } from '#web/base/kql-text.ts';
import { useLocation, useSearch } from '#web/base/router.ts';
import { readDraft, writeDraft } from '#web/base/storage.ts';
import { type EditorHandle, KqlEditor } from '#web/editor/index.ts';
import { Button, copyText, IconButton, Kbd, Split, say } from '#web/widgets/index.ts';
import { Outcome } from './outcome.tsx';
import { Problems } from './problems.tsx';
import { type Asked, useRun } from './run.ts';
import { SaveDialog } from './save-dialog.tsx';
import { Side } from './side.tsx';

const DRAFT = 'explore';

/** The query of an address: the text, and which of its queries is meant. */
function readLink(search: string) {
  const parameters = new URLSearchParams(search);
  const text = parameters.get('q') ?? '';
  if (text.trim() === '') return undefined;
  const index = Number(parameters.get('n') ?? 0);
  const queries = splitQueries(text);
  const meant = queries[index] ?? queries[0];
  const asked: Asked = { query: meant?.text ?? text, start: meant?.start ?? 0 };
  return { text, asked, key: keyOf(text, index) };
}

const keyOf = (text: string, index: number): string => `${index} ${text}`;

/** What a run means while the editor is still loading. */
function firstQuery(text: string) {
  const [query] = splitQueries(text);
  return query && { ...query, isSelection: false };
}

const indexAt = (text: string, start: number): number =>
  Math.max(
    0,
    splitQueries(text).findLastIndex((query) => query.start <= start),
  );

export default function Explore(): ReactNode {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [first] = useState(() => readLink(search));
  const [text, setText] = useState(() => first?.text ?? readDraft(DRAFT));
  const [found, setFound] = useState<readonly Diagnostic[]>([]);
  const [saving, setSaving] = useState<string>();
  const [isSideOpen, setSideOpen] = useState(() => innerWidth > 900);
  const handle = useRef<EditorHandle>(null);
  /** What was run last: when it comes back from the address bar, it is not run again. */
  const ran = useRef('');
  const { run, start, cancel } = useRun();

  useEffect(() => writeDraft(DRAFT, text), [text]);

  /** Runs a part of a text; a whole query of it gets an address. */
  const runPart = (whole: string, asked: Asked, isQuery: boolean) => {
    if (asked.query.trim() === '') return;
    start(asked);
    if (!isQuery || whole.length > LONGEST_LINK) return;
    const index = indexAt(whole, asked.start);
    ran.current = keyOf(whole, index);
    if (ran.current !== readLink(search)?.key) navigate(exploreHref(whole, index));
  };
  const current = () => handle.current?.current() ?? firstQuery(text);
  const runCurrent = () => {
    const part = current();
    if (part) runPart(text, { query: part.text, start: part.start }, !part.isSelection);
    else say('There is no query where the cursor is');
  };

  // Leaving ends the run; whoever comes back to the same query wants it run.
  useEffect(() => {
    return () => {
      ran.current = '';
    };
  }, []);

  // A link, or the back button, brought another query: show it and run it.
  useEffect(() => {
    const link = readLink(search);
    if (!link || link.key === ran.current) return;
    ran.current = link.key;
    setText(link.text);
    start(link.asked);
    requestAnimationFrame(() => handle.current?.moveTo(link.asked.start));
  }, [search, start]);

  useEffect(() => {
    if (run.state !== 'failed') return;
    const { start: from, length, message, hint } = run.error.detail;
    if (from !== undefined)
      handle.current?.mark([
        { start: run.asked.start + from, length: length ?? 1, severity: 'error', message, hint },
      ]);
  }, [run]);

  const share = () => {
    if (text.length > LONGEST_LINK) say('This text is too long for a link: save the query instead');
    else {
      const link = exploreHref(text, indexAt(text, current()?.start ?? 0));
      void copyText(new URL(link, location.href).href, 'Link');
    }
  };
  /** Puts a query in place of another, or of the one with the cursor, and runs it. */
  const open = (query: string, place?: Asked) => {
    const isThere = place && text.startsWith(place.query, place.start);
    const here = isThere
      ? { start: place.start, end: place.start + place.query.length }
      : (handle.current?.current() ?? { start: 0, end: text.length });
    const whole = text.slice(0, here.start) + query + text.slice(here.end);
    setText(whole);
    runPart(whole, { query, start: here.start }, true);
    requestAnimationFrame(() => handle.current?.moveTo(here.start));
  };
  const format = async () => {
    if (await handle.current?.format()) return;
    say(
      found.some((d) => d.severity === 'error')
        ? 'Mend the query first: what cannot be read cannot be laid out'
        : 'The query is laid out already',
    );
  };
  const goTo = (at: number) => handle.current?.goTo(at);
  const isBlank = text.trim() === '';

  const editing = (
    <div className="editing">
      <div className="editor-bar">
        {run.state === 'running' ? (
          <Button look="main" icon="stop" onClick={cancel}>
            Cancel
          </Button>
        ) : (
          <Button look="main" icon="play" onClick={runCurrent} disabled={isBlank}>
            Run
          </Button>
        )}
        <span className="sub run-keys">
          <Kbd>Shift Enter</Kbd>
        </span>
        <span className="grow" />
        <Button
          look="quiet"
          icon="format"
          title="Lay out the query (Shift Alt F)"
          disabled={isBlank}
          onClick={() => void format()}
        >
          Format
        </Button>
        <Button
          look="quiet"
          icon="star"
          disabled={isBlank}
          onClick={() => setSaving(current()?.text ?? text)}
        >
          Save
        </Button>
        <Button look="quiet" icon="link" disabled={isBlank} onClick={share}>
          Share
        </Button>
        <IconButton
          icon="table"
          label={isSideOpen ? 'Hide tables and queries' : 'Show tables and queries'}
          aria-expanded={isSideOpen}
          onClick={() => setSideOpen(!isSideOpen)}
        />
      </div>
      <div className="editor-place">
        <KqlEditor
          text={text}
          cursor={first?.asked.start ?? text.length}
          onChange={setText}
          onRun={runCurrent}
          onChecked={setFound}
          handle={handle}
        />
      </div>
      <Problems found={found} onGo={goTo} onFix={(fix) => handle.current?.fix(fix)} />
    </div>
  );
  const work = (
    <Split
      name="editor"
      direction="rows"
      initial={250}
      least={120}
      leaves={160}
      label="Height of the editor"
      first={editing}
      second={
        <Outcome
          run={run}
          onGo={goTo}
          onOpen={open}
          onAdd={(operator) =>
            run.state === 'done' && open(addOperator(run.asked.query, operator), run.asked)
          }
        />
      }
    />
  );
  return (
    <div className="explore">
      {isSideOpen ? (
        <Split
          name="side"
          direction="columns"
          initial={236}
          least={180}
          leaves={320}
          label="Width of tables and queries"
          first={<Side onInsert={(name) => handle.current?.insert(name)} onOpen={open} />}
          second={work}
        />
      ) : (
        work
      )}
      {saving !== undefined && <SaveDialog query={saving} onClose={() => setSaving(undefined)} />}
    </div>
  );
}
