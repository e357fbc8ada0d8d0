import { pairDays } from '#core/schema/index.ts';
import { selectList } from '#server/observe/index.ts';
import { total } from './rows.ts';

/** PairDays of one day from its PairHours. Outside addresses that nobody answered are noise: left out. */
export const pairDaysOf = (day: number, files: string): string => `SELECT ${selectList(pairDays, {
  TimeGenerated: `make_timestamp(${day})`,
  SrcIp: 'SrcIp',
  DestIp: 'DestIp',
  DestPort: 'DestPort',
  L4Protocol: 'L4Protocol',
  SrcIsInside: 'si',
  DestIsInside: 'di',
  Flows: 'st',
  AllowedFlows: 'al',
  DeniedFlows: 'de',
  IsAnswered: 'answered',
  BytesSrcToDest: 'bf',
  BytesDestToSrc: 'bb',
  Hours: 'hours',
  FirstTime: 't0',
  LastTime: 't1',
})} FROM (
    SELECT SrcIp, DestIp, DestPort, L4Protocol, bool_or(SrcIsInside) AS si, bool_or(DestIsInside) AS di,
      ${total('Flows')} AS st, ${total('AllowedFlows')} AS al, ${total('DeniedFlows')} AS de,
      bool_or(PacketsDestToSrc > 0 OR BytesDestToSrc > 0) AS answered, ${total('BytesSrcToDest')} AS bf, ${total('BytesDestToSrc')} AS bb,
      count(DISTINCT TimeGenerated) AS hours, min(FirstTime) AS t0, max(LastTime) AS t1
    FROM ${files} WHERE SrcIp <> '' AND DestIp <> '' GROUP BY SrcIp, DestIp, DestPort, L4Protocol
    HAVING bool_or(SrcIsInside) OR bool_or(PacketsDestToSrc > 0 OR BytesDestToSrc > 0))`;
