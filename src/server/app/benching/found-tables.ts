import { CONTACT, type Truth } from '#core/inject/index.ts';
import { printShare } from './bars.ts';
import type { Benched } from './bench.ts';
import { LISTED } from './indicators.ts';
import type { BySource } from './sources.ts';
import type { Table } from './table.ts';

export function barsTable({ bars }: Benched): Table {
  return {
    title: 'Bars',
    says: '',
    columns: [],
    rows: [],
    notes: bars.map(({ says, isMet }) => `${isMet ? 'met' : '**missed**'}: ${says}`),
  };
}

export function attacksTable(benched: Benched): Table {
  const { ours, rivals } = benched;
  return {
    title: 'By attack',
    says: `Beside it what simpler rules find, by the same measure; each is asked of the hourly aggregates, day by day. Where so many of ${benched.scenario.hosts} hosts attack, guessing finds many too: its wrong alerts tell.`,
    columns: ['attack', 'found', ...rivals.map((r) => r.score.name)],
    rows: [...ours.score.attacks].map(([attack, counts]) => [
      attack,
      printShare(counts),
      ...rivals.map((r) => r.score.attacks.get(attack)?.found ?? 0),
    ]),
  };
}

export function indicatorsTable({ truth, ours, contacts }: Benched): Table {
  const all = truth.filter((t) => t.attack === CONTACT);
  const cells = (of: readonly Truth[]) => [
    printShare({ found: of.filter((t) => contacts.has(t)).length, happened: of.length }),
    `${of.filter((t) => ours.score.found.has(t)).length} of ${of.length}`,
  ];
  return {
    title: 'Contacts with indicators',
    says: 'Four feeds of two hundred addresses each, of control servers and of those that guess passwords: two are there before the traffic is ingested and matched as it is stored, two come when all is stored and are looked for in the past. The first list content networks that everybody uses too, which a warning list excuses; the others addresses that tried in vain to come in. A visit is by a listed address that a server answers.',
    columns: [
      'form',
      ...LISTED.flatMap((listed) => [`listed ${listed} the traffic: matched`, 'alerted']),
    ],
    rows: [...Map.groupBy(all, (t) => String(t.shape['form']))].map(([form, of]) => [
      form,
      ...LISTED.flatMap((listed) => cells(of.filter((t) => t.shape['listed'] === listed))),
    ]),
  };
}

export function sourcesTable(sources: readonly BySource[]): Table {
  const [first] = sources;
  return {
    title: 'By source',
    says: 'The same days as each cloud would have logged them: Azure virtual networks; Azure security groups (whole seconds); AWS (each direction apart, ten minutes at a time); Google Cloud (one packet in thirty, half of the entries, nothing that was denied). Where packets are sampled most connections of a packet or two are missing, and silence says nothing of the rest: a scan or a flood of the unanswered is told there only as far as its hosts are reached for the first time, as movement.',
    columns: ['attack', ...sources.map(({ source }) => source)],
    rows: [
      ...[...(first?.score.attacks ?? [])].map(([attack, { happened }]) => [
        attack,
        ...sources.map(({ score: s }) => `${s.attacks.get(attack)?.found ?? 0} of ${happened}`),
      ]),
      ['**all**', ...sources.map(({ score: s }) => s.found.size)],
      [
        'wrong, for 1,000 entities and a day',
        ...sources.map(({ score: s }) => s.wrongPerThousand.toFixed(1)),
      ],
      ['records', ...sources.map(({ flows }) => flows.toLocaleString('en-US'))],
    ],
    notes: sources.flatMap(({ source, blind }) =>
      blind.map((sentence) => `findings on ${source} say: ${sentence}`),
    ),
  };
}

export function missedTable({ ours }: Benched): Table {
  return {
    title: 'Not found',
    says: 'What flows cannot show, or detectors do not look for: what is inside a connection; a beacon without any rhythm (calls at random moments), or with fewer than 12 calls; one that many hosts use, or that was there before yesterday and told then; a guess or two at a password; data carried to an address that got as much before; an attack by an address that is declared a scanner, or scanned before at the same hours; one of several clients behind one address; anything within one host.',
    columns: ['attack', 'shape', 'events'],
    rows: ours.score.missed.map((t) => [
      t.id,
      Object.entries(t.shape)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
      t.events,
    ]),
  };
}
