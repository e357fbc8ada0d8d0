/** Logs whose records are tens of KiB: arrays of tuples without a brace, as Azure writes them for busy networks. */

export interface LargeLog {
  readonly text: string;
  /** Offsets behind each record. */
  readonly records: readonly number[];
  /** Offsets of each tuple's opening quote. */
  readonly tuples: readonly number[];
}

const START = Date.UTC(2026, 2, 4, 10);

const tupleText = (n: number, seed: number): string =>
  `"${START + n * 100},10.0.${n % 7}.${n % 250},198.51.100.${seed},${1024 + (n % 60_000)},443,6,O,E,NX,1,${n},2,3"`;

/** `count` records of `perRecord` tuples; those from `seedFrom` on are of another log when seeds differ. */
export function largeLog(count: number, perRecord: number, seed = 7, seedFrom = 0): LargeLog {
  const records: number[] = [];
  const tuples: number[] = [];
  let text = '{"records":[';
  for (let record = 0; record < count; record++) {
    text +=
      `${record === 0 ? '' : ','}{"time":"2026-03-04T10:${String(record % 60).padStart(2, '0')}:00.0000000Z",` +
      `"flowLogGUID":"0d4f2c3e-66a1-4d1b-9d0e-5b7a3c1f9e21","flowLogVersion":4,"macAddress":"00224880A001",` +
      `"category":"FlowLogFlowEvent","operationName":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/W/FLOWLOGS/F",` +
      `"targetResourceID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v",` +
      `"flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[`;
    for (let i = 0; i < perRecord; i++) {
      if (i > 0) text += ',';
      tuples.push(text.length);
      const n = record * perRecord + i;
      text += tupleText(n, n >= seedFrom ? seed : 7);
    }
    text += ']}]}]}}';
    records.push(text.length);
  }
  return { text: `${text}]}`, records, tuples };
}

/** Ends a text that was cut anywhere with the quotes and brackets that are open. */
export function mend(cut: string): string {
  const open: string[] = [];
  let isString = false;
  for (const c of cut) {
    if (c === '"') isString = !isString;
    else if (isString) continue;
    else if (c === '{') open.push('}');
    else if (c === '[') open.push(']');
    else if (c === '}' || c === ']') open.pop();
  }
  return `${cut}${isString ? '"' : ''}${open.toReversed().join('')}`;
}
