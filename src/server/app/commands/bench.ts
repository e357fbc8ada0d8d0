import { fullGrid, smallGrid } from '#core/inject/index.ts';
import { guess, RIVALS } from '../benching/beside.ts';
import { measure } from '../benching/measure.ts';
import { bars, printReport } from '../benching/report.ts';
import { alarms, type Score, score } from '../benching/score.ts';
import { type Run, UsageError } from '../command.ts';

const START = Date.UTC(2026, 1, 2);
const DAY_MS = 86_400_000;

/** `weir bench detection`: lives through days with hidden attacks and says what was found, beside simpler rules. */
export const run: Run = async (invocation, around) => {
  const [what] = invocation.arguments;
  if (what !== 'detection')
    throw new UsageError(`there is no bench ${what}`, 'Write `weir bench detection`.');
  const hosts = wholeOf(invocation.value('hosts') ?? '100', '--hosts', 30, 2000);
  const days = wholeOf(invocation.value('days') ?? '5', '--days', 1, 35);
  const seed = invocation.value('seed') ?? 'weir';
  const grid = invocation.isSet('small') ? smallGrid(2) : fullGrid();
  const rivals: Score[] = [];
  const scenario = { seed, hosts, days, start: START, attacks: grid.slice(0, hosts - 20) };
  const to = (START + days * DAY_MS) * 1000;
  const measured = await measure(scenario, around.signal, async (query, { truth }) => {
    for (const rival of RIVALS) {
      const claimed = await rival.claim(query, to - DAY_MS * 1000, to);
      rivals.push(score(rival.name, claimed, truth, hosts));
    }
  });
  const { truth, estate } = measured.injected;
  const ours = score('Weir', alarms(measured.findings), truth, hosts);
  const quiet = score('Weir', alarms(measured.quiet), [], hosts);
  const names = estate.hosts.map((h) => h.ip);
  rivals.push(score('guessing at the same rate', guess(names, ours.alarms), truth, hosts));
  const isJson = (invocation.value('output') ?? 'markdown') === 'json';
  around.stdout.write(
    isJson
      ? `${JSON.stringify({ ours: plain(ours), quiet: plain(quiet), rivals: rivals.map(plain), bars: bars(ours, truth) })}\n`
      : printReport(ours, quiet, rivals, measured, { hosts, days, seed }),
  );
  for (const failure of measured.failures) around.stderr.write(`weir: note: ${failure}\n`);
  return bars(ours, truth).every(({ isMet }) => isMet) && measured.failures.length === 0 ? 0 : 1;
};

const plain = ({ attacks, missed, ...rest }: Score) => ({
  ...rest,
  attacks: Object.fromEntries(attacks),
  missed: missed.map((t) => t.id),
});

function wholeOf(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} cannot be ${text}`, `Write a number from ${least} to ${most}.`);
}
