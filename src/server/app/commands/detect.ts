import type { Finding } from '#core/alert/index.ts';
import { printInstant } from '#core/base/index.ts';
import { readDuration } from '#core/rules/index.ts';
import { createQueryService } from '#server/query/index.ts';
import type { StoreReader } from '#server/store/index.ts';
import { openBesideStore } from '../beside-store.ts';
import { CommandError, type Run, type Surroundings, UsageError } from '../command.ts';
import { loadConfig } from '../config/index.ts';
import { needDataFolder } from '../data-folder.ts';
import { openDataReader } from '../data-store.ts';
import { detectorsFinder } from '../detecting/detectors.ts';
import { gatherClaims, ruleFinder } from '../detecting/history.ts';
import { indicatorsFinder } from '../detecting/indicators.ts';
import { openRules } from '../detecting/rules.ts';
import { loadZones } from '../detecting/zones.ts';
import { createLineWriter } from '../line-writer.ts';

/** `weir detect`: what rules, detectors and indicators find in stored time, as NDJSON. */
export const run: Run = async (invocation, around) => {
  const folder = needDataFolder(invocation, around);
  const { config } = loadConfig(invocation.value('config'), folder.path);
  const zones = loadZones(config);
  const library = openRules(config, folder.path, invocation.values('rules'));
  const { rules, problems } = library.current();
  for (const problem of problems.filter((p) => p.level === 'refused'))
    note(around, `${problem.file}:${problem.line ?? 1}: ${problem.message}`);
  await catchUp(folder.path, around);
  const store = openDataReader(folder.path);
  const { watchlists, external } = openBesideStore(folder.path);
  const service = createQueryService({
    store,
    watchlists,
    external,
    clock: () => Date.now() * 1000,
  });
  try {
    const held = heldTime(store);
    if (!held)
      throw new CommandError(
        'nothing is stored that has a time',
        'Load flows with `weir ingest PATH`.',
      );
    const from = readTime(invocation.value('from'), '--from') ?? held.from;
    const to = readTime(invocation.value('to'), '--to') ?? held.to + 1;
    if (from >= to) throw new UsageError('--from is not before --to', 'Exchange them.');
    const chosen = invocation.isSet('rules') ? rules : rules.filter((rule) => rule.isEnabled);
    const indicators = indicatorsFinder({
      folder: folder.path,
      config,
      env: around.env,
      tell: (text) => note(around, text),
    });
    const ofRules = chosen.map((rule) => ruleFinder(service, rule));
    const finders = invocation.isSet('rules')
      ? [ofRules]
      : [
          // First: rules read the indicators that it brings up to date.
          [indicators],
          ofRules,
          [detectorsFinder(store, service, zones, (text) => note(around, text))],
        ];
    const { findings, failures } = await gatherClaims(finders, { from, to, signal: around.signal });
    const write = createLineWriter(around.stdout);
    for (const finding of findings) await write(`${JSON.stringify(printFinding(finding))}\n`);
    for (const { name, why } of failures) note(around, `${name} failed: ${why}`);
    if (around.isTerminal.stderr)
      note(
        around,
        `${findings.length} findings of ${invocation.isSet('rules') ? '' : 'indicators, the detectors and '}${chosen.length} rules, ${printInstant(from)} to ${printInstant(to)}`,
      );
    return failures.length > 0 ? 1 : 0;
  } finally {
    await service.stop();
    await store.close();
  }
};

const note = ({ stderr }: Surroundings, text: string) => void stderr.write(`weir: note: ${text}\n`);

/** Detection reads what is made of flows: it is made first, where no server does. */
async function catchUp(folder: string, around: Surroundings): Promise<void> {
  const { catchUp: run } = await import('../answering/catch-up.ts');
  const missing = await run(folder, around.signal);
  if (missing !== undefined) note(around, missing);
}

/** The event time of everything that is stored, both ends included. */
function heldTime(store: StoreReader): { readonly from: number; readonly to: number } | undefined {
  const ranges = store
    .segments({ table: 'Flows' })
    .flatMap(({ ranges: { TimeGenerated } }) => (TimeGenerated ? [TimeGenerated] : []));
  if (ranges.length === 0) return undefined;
  return {
    from: ranges.reduce((least, [first]) => Math.min(least, first), Number.POSITIVE_INFINITY),
    to: ranges.reduce((most, [, last]) => Math.max(most, last), 0),
  };
}

function readTime(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const ago = readDuration(text);
  if (ago !== undefined) return Date.now() * 1000 - ago;
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at * 1000;
  throw new UsageError(
    `${flag} cannot be ${text}`,
    'Write 2026-03-04T10:00:00Z, 2026-03-04, or 7d for so long ago.',
  );
}

/** A finding as it is printed: instants as text. */
const printFinding = ({ first, last, ...rest }: Finding) => ({
  first: printInstant(first),
  last: printInstant(last),
  ...rest,
});
