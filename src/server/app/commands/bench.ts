import type { SourceName } from '#core/inject/index.ts';
import { bench } from '../benching/bench.ts';
import { printReport, reportData } from '../benching/report.ts';
import { SOURCE_NAMES } from '../benching/sources.ts';
import { type Run, UsageError } from '../command.ts';

/** `weir bench detection`: lives through days with hidden attacks and says what was found, beside simpler rules. */
export const run: Run = async (invocation, around) => {
  const [what] = invocation.arguments;
  if (what !== 'detection')
    throw new UsageError(`there is no bench ${what}`, 'Write `weir bench detection`.');
  const isSmall = invocation.isSet('small');
  const given = {
    seed: invocation.value('seed') ?? 'weir',
    hosts: wholeOf(invocation.value('hosts') ?? (isSmall ? '80' : '200'), '--hosts', 60, 2000),
    days: wholeOf(invocation.value('days') ?? (isSmall ? '2' : '3'), '--days', 2, 35),
  };
  const sources = sourcesOf(invocation.value('sources') ?? 'none');
  const tell = (text: string) => void around.stderr.write(`weir: ${text}\n`);
  const benched = await bench({ ...given, isSmall, sources, signal: around.signal, tell });
  const command = [
    'weir bench detection',
    `--hosts ${given.hosts} --days ${given.days} --seed ${given.seed}`,
    ...(isSmall ? ['--small'] : []),
    ...(sources.length > 0 ? [`--sources ${sources.join(',')}`] : []),
  ].join(' ');
  const isJson = (invocation.value('output') ?? 'markdown') === 'json';
  around.stdout.write(
    isJson
      ? `${JSON.stringify(reportData(benched))}\n`
      : printReport(benched, new Date().toISOString().slice(0, 10), command),
  );
  const failures = [...benched.failures, ...benched.sources.flatMap((s) => s.failures)];
  for (const failure of failures) around.stderr.write(`weir: note: ${failure}\n`);
  return benched.bars.every(({ isMet }) => isMet) && failures.length === 0 ? 0 : 1;
};

function wholeOf(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} cannot be ${text}`, `Write a number from ${least} to ${most}.`);
}

function sourcesOf(text: string): readonly SourceName[] {
  if (text === 'none') return [];
  if (text === 'all') return SOURCE_NAMES;
  return text.split(',').map((word) => {
    const name = SOURCE_NAMES.find((n) => n === word.trim());
    if (name) return name;
    throw new UsageError(
      `there is no source ${word}`,
      `Write all, none, or some of ${SOURCE_NAMES.join(', ')} with commas.`,
    );
  });
}
