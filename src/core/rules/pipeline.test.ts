import { describe, expect, it } from 'vitest';
import { isRowWise, subjectOf } from './index.ts';

describe('what a query is about', () => {
  it('is its table with the filters of single rows', () => {
    expect(
      subjectOf(
        'PairHours\n| where not(SrcIsInside) and DestPort in (22, 23) // ports | of old\n| extend Path = strcat("a | b", Url)\n| where Path has "x; y"\n| summarize Flows = sum(AllowedFlows) by SrcIp\n| where Flows > 5',
      ),
    ).toEqual({
      table: 'PairHours',
      kql: 'PairHours\n| where (not(SrcIsInside)) and (DestPort in (22, 23))\n| extend Path = strcat("a | b", Url)\n| where (Path has "x; y")',
      isAll: true,
      sources: undefined,
    });
  });

  it('knows the sources that it is limited to', () => {
    expect(subjectOf('Flows | where Source == "aws-vpc" and DestPort == 1')?.sources).toEqual([
      'aws-vpc',
    ]);
    expect(subjectOf('Flows | where Source in ("aws-vpc", "gcp-vpc")')?.sources).toEqual([
      'aws-vpc',
      'gcp-vpc',
    ]);
    expect(
      subjectOf('Flows | where Source == "aws-vpc" or DestPort == 1')?.sources,
    ).toBeUndefined();
    expect(subjectOf('Flows | where not(Source == "aws-vpc")')?.sources).toBeUndefined();
  });

  it('leaves out what depends on the moment or on other rows', () => {
    const told = (query: string) => {
      const found = subjectOf(query);
      return found && [found.kql, found.isAll];
    };
    expect(told('Flows | where TimeGenerated > ago(1h) and DestPort == 22')).toEqual([
      'Flows\n| where (DestPort == 22)',
      false,
    ]);
    expect(told('Flows | where TimeGenerated > ago(1h) or DestPort == 22')).toEqual([
      'Flows',
      false,
    ]);
    expect(
      told(
        'let P = dynamic([1]); let N = Flows | distinct SrcIp; Flows | where DestPort in (P) and SrcIp !in (N)',
      ),
    ).toEqual(['let P = dynamic([1]);\nFlows\n| where (DestPort in (P))', false]);
    expect(told('Flows | where SrcIp in (Other) and DestPort == 1')).toEqual([
      'Flows\n| where (DestPort == 1)',
      false,
    ]);
    expect(told('Flows | extend TimeGenerated = FlowEndTime | where DestPort == 1')).toEqual([
      'Flows',
      true,
    ]);
    expect(
      told('let F = Flows | where DestPort == 1; F | join kind=leftanti (F) on SrcIp'),
    ).toEqual(['Flows\n| where (DestPort == 1)', false]);
  });

  it('is not told where nothing can give something', () => {
    for (const query of [
      'Flows | count',
      'Flows | summarize count()',
      'Flows | where DestPort == 1 | summarize n = count() | where n < 5',
      'Flows | make-series n = count() on TimeGenerated from ago(1h) to now() step 1m',
      'Flows | join kind=fullouter (Flows) on SrcIp',
      'Flows | union PairHours',
      'union Flows, PairHours | where DestPort == 1',
      'f(1) | where x == 1',
      'print 1',
      'set notruncation; Flows | where DestPort == 1',
      '',
    ])
      expect(subjectOf(query), query).toBeUndefined();
  });
});

it('knows queries that take each row by itself', () => {
  expect(isRowWise('Flows | where DestPort == 23 | extend a = strcat("now()", SrcIp)')).toBe(true);
  for (const query of [
    'Flows | where TimeGenerated > ago(1h)',
    'Flows | summarize count() by SrcIp',
    'Flows | where SrcIp in (PairHours)',
    'let a = 1; Flows | where DestPort == a',
    'Flows | extend p = prev(SrcIp)',
  ])
    expect(isRowWise(query), query).toBe(false);
});
