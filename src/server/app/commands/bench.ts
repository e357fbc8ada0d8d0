import type { SourceName } from '#core/inject/index.ts';
import { bench, benchSources, type Plan } from '../benching/bench.ts';
import { printReport, printSources, reportData, sourcesData } from '../benching/report.ts';
import { SOURCE_NAMES } from '../benching/sources.ts';
import type { Work } from '../benching/world.ts';
import { type ExitCode, type Run, type Surroundings, UsageError } from '../command.ts';

/** `weir bench detection`: lives through days with hidden attacks and says what was found, beside simpler rules. */
export const run: Run = async (invocation, around) => {
  const [what] = invocation.arguments;
  if (what !== 'detection')
    throw new UsageError(`there is no bench ${what}`, 'Write `weir bench detection`.');
  const isSmall = invocation.isSet('small');
  const plan: Plan = {
    isSmall,
    seed: invocation.value('seed') ?? 'weir',
    hosts: wholeOf(invocation.value('hosts') ?? (isSmall ? '80' : '190'), '--hosts', 60, 2000),
    days: wholeOf(invocation.value('days') ?? (isSmall ? '2' : '3'), '--days', 2, 35),
  };
  const sources = sourcesOf(invocation.value('sources'));
  const printed: Printed = {
    isJson: (invocation.value('output') ?? 'markdown') === 'json',
    date: new Date().toISOString().slice(0, 10),
    command: [
      `weir bench detection --hosts ${plan.hosts} --days ${plan.days} --seed ${plan.seed}`,
      ...(isSmall ? ['--small'] : []),
      ...(sources.length > 0 ? [`--sources ${sources.join(',')}`] : []),
    ].join(' '),
  };
  const work: Work = {
    signal: around.signal,
    tell: (text) => void around.stderr.write(`weir: ${text}\n`),
  };
  return sources.length > 0
    ? runSources(plan, sources, work, printed, around)
    : runBench(plan, work, printed, around);
};

interface Printed {
  readonly isJson: boolean;
  readonly date: string;
  readonly command: string;
}

/** 1 when a bar is missed or something could not be measured. */
async function runBench(
  plan: Plan,
  work: Work,
  { isJson, date, command }: Printed,
  around: Surroundings,
): Promise<ExitCode> {
  const benched = await bench(plan, work);
  around.stdout.write(
    isJson ? `${JSON.stringify(reportData(benched))}\n` : printReport(benched, date, command),
  );
  for (const failure of benched.failures) work.tell(`note: ${failure}`);
  return benched.bars.every(({ isMet }) => isMet) && benched.failures.length === 0 ? 0 : 1;
}

async function runSources(
  plan: Plan,
  sources: readonly SourceName[],
  work: Work,
  { isJson, date, command }: Printed,
  around: Surroundings,
): Promise<ExitCode> {
  const compared = await benchSources(plan, sources, work);
  const page = printSources(compared, plan, date, command);
  around.stdout.write(isJson ? `${JSON.stringify(sourcesData(compared))}\n` : page);
  const failures = compared.flatMap((of) => of.failures);
  for (const failure of failures) work.tell(`note: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

function wholeOf(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} cannot be ${text}`, `Write a number from ${least} to ${most}.`);
}

function sourcesOf(text: string | undefined): readonly SourceName[] {
  if (text === undefined) return [];
  if (text === 'all') return SOURCE_NAMES;
  return text.split(',').map((word) => {
    const name = SOURCE_NAMES.find((n) => n === word.trim());
    if (name) return name;
    throw new UsageError(
      `there is no source ${word}`,
      `Write all, or some of ${SOURCE_NAMES.join(', ')} with commas.`,
    );
  });
}
