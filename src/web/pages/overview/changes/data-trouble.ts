import {
  exactNumber,
  formatAgo,
  formatCount,
  formatDuration,
  formatShare,
} from '#web/base/format.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { hintBeyond } from '#web/base/words.ts';
import { completenessOf } from '../completeness.ts';
import { type Change, defineFinding, type Finding } from './finding.ts';

const QUIET_SECONDS = 900;
const nothing = () => undefined;

/** Sources that failed, or that run and bring nothing new. */
export const sourceQuiet: Finding = defineFinding({
  id: 'source-quiet',
  kql: nothing,
  judge: (_, { status, now }) =>
    status.sources.flatMap((source): Change[] => {
      const error = source.lastError;
      if (source.state === 'failed')
        return [
          {
            id: `failed ${source.name}`,
            tone: 'bad',
            weight: 100,
            news: `${source.name} brings no flows`,
            rest: source.newest ? ` since ${formatMoment(Date.parse(source.newest))}.` : '.',
            why: error
              ? `${error.message} ${hintBeyond(error.message, error.hint)}`
              : 'It failed and gave no reason.',
            steps: [{ text: 'Look at the source', page: '/sources' }],
          },
        ];
      if (source.newest === null || source.freshnessSeconds === null) return [];
      // A source that knows how often it should bring something says itself when it does not.
      const isQuiet =
        source.state === 'late' ||
        ((source.state === 'running' || source.state === 'waiting') &&
          source.freshnessSeconds >= QUIET_SECONDS);
      if (!isQuiet) return [];
      const newest = Date.parse(source.newest);
      // It was alive while this server ran; a folder of old files never was, so it cannot fall silent.
      if (newest < Date.parse(status.startedAt)) return [];
      return [
        {
          id: `quiet ${source.name}`,
          tone: 'deny',
          weight: 70,
          news: `${source.name} has gone quiet`,
          rest: `: its newest flow is from ${formatAgo(newest, now)}.`,
          why: error
            ? `Last error: ${error.message}`
            : source.says || 'No error was reported; perhaps nothing is written there any more.',
          steps: [{ text: 'Look at the source', page: '/sources' }],
        },
      ];
    }),
});

/** Scopes that are logged more than once: true, counted once, and paid for twice. */
export const loggedTwice: Finding = defineFinding({
  id: 'logged-twice',
  kql: nothing,
  judge: (_, { status }) => {
    const [first] = status.duplicates;
    if (!first) return [];
    const others = status.duplicates.length - 1;
    return [
      {
        id: 'logged-twice',
        tone: 'info',
        weight: 20,
        news: 'The same flows are logged more than once',
        rest: others > 0 ? `, in ${formatCount(others + 1)} scopes.` : '.',
        why: `${first.sentence} Weir keeps every row and counts one of them.`,
        steps: [
          {
            text: 'Which logs',
            kql: 'RepeatedObservations\n| summarize Rows = sum(RecordCount) by Scope, Network, Source, PrimarySource, Reason\n| order by Rows desc',
          },
        ],
      },
    ];
  },
});

/** Records that were received and not stored. */
export const incomplete: Finding = defineFinding({
  id: 'incomplete',
  kql: nothing,
  judge: (_, { status }) => {
    const whole = completenessOf(status.completeness);
    if (whole.lost === 0) return [];
    const losses = status.completeness.flatMap((source) =>
      source.losses.map((loss) => ({ ...loss, source: source.source })),
    );
    const worst = losses.sort((a, b) => b.records - a.records)[0];
    return [
      {
        id: 'incomplete',
        tone: 'deny',
        weight: whole.share < 0.99 ? 75 : 25,
        news: `${exactNumber(whole.lost)} ${whole.lost === 1 ? 'record' : 'records'} could not be stored`,
        rest: `, ${formatShare(1 - whole.share)} of what was received.`,
        why: worst ? `Mostly: ${worst.meaning} (${worst.source})` : '',
        steps: [{ text: 'See them with their reasons', page: '/sources' }],
      },
    ];
  },
});

const BEHIND_SECONDS = 300;
const BEHIND_WORDS = {
  reducing: 'Reduced flows are',
  counting: 'Hourly counts are',
  looking: 'Detectors are',
} as const;

/** What is made of the rows is behind them: numbers and alerts of the last minutes are not whole yet. */
export const fallenBehind: Finding = defineFinding({
  id: 'fallen-behind',
  kql: nothing,
  judge: (_, { status }) =>
    status.behind.flatMap(({ stage, lagSeconds, hasFailed, says }): Change[] => {
      // That rules wait for late rows is as it should be.
      if (stage === 'rules' || (!hasFailed && lagSeconds < BEHIND_SECONDS)) return [];
      return [
        {
          id: `behind ${stage}`,
          tone: hasFailed ? 'bad' : 'deny',
          weight: hasFailed ? 95 : 60,
          news: hasFailed
            ? `${BEHIND_WORDS[stage]} not kept up`
            : `${BEHIND_WORDS[stage]} ${formatDuration(lagSeconds * 1000)} behind`,
          rest: '.',
          why: says,
          steps: [{ text: 'How far behind', page: '/sources' }],
        },
      ];
    }),
});

/** The disk is short, so something is being given up. */
export const diskShort: Finding = defineFinding({
  id: 'disk-short',
  kql: nothing,
  judge: (_, { status: { disk } }) =>
    disk.state === 'fine'
      ? []
      : [
          {
            id: 'disk-short',
            tone: 'bad',
            weight: 120,
            news: disk.state === 'full' ? 'The disk is full' : 'The disk is getting short',
            rest: '.',
            why: disk.sentence ?? 'Raise the budget, shorten the retention, or make room.',
            steps: [{ text: 'See what is stored', page: '/sources' }],
          },
        ],
});
