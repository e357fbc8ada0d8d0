/** What is in a sample, counted while it is written. */
export interface Sample {
  /** A VNet flow log, version 4, as Network Watcher writes PT1H.json. */
  readonly text: string;
  readonly records: number;
  /** Records that no decoder can read. */
  readonly damaged: number;
  readonly flows: number;
  readonly denied: number;
  readonly bytes: number;
  /** First and last instant, milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const RULES = [
  'UserRule_allow-web',
  'DefaultRule_AllowVnetInBound',
  'DefaultRule_DenyAllInBound',
] as const;
const MINUTE = 60_000;

/** Two hours of traffic that end at `end`: a begin and an end tuple per allowed flow, one tuple per denied flow. */
export function writeSample(end: number): Sample {
  const to = Math.floor(end / MINUTE) * MINUTE;
  const from = to - 120 * MINUTE;
  let records = 0;
  let flows = 0;
  let denied = 0;
  let bytes = 0;
  let damaged = 0;
  const minutes = Array.from({ length: 120 }, (_, minute) => {
    const at = from + minute * MINUTE;
    const tuples: string[][] = [[], [], []];
    for (let i = 0; i < 10; i++) {
      const client = `198.51.100.${1 + ((minute + i) % 40)}`;
      const server = `10.1.0.${1 + (i % 5)}`;
      const start = at + i * 900;
      const head = (when: number, port: number) =>
        `${when},${client},${server},${40_000 + minute * 10 + i},${port},6,I`;
      if (i % 5 === 4) {
        tuples[2]?.push(`${head(start, 3389)},D,NX,0,0,0,0`);
        records++;
        denied++;
      } else {
        const sent = 500 + i * 10;
        const back = 4000 + minute * 7;
        tuples[i % 2]?.push(
          `${head(start, 443)},B,NX,0,0,0,0`,
          `${head(start + 500, 443)},E,NX,5,${sent},6,${back}`,
        );
        records += 2;
        bytes += sent + back;
      }
      flows++;
    }
    if (minute === 60) {
      tuples[0]?.push('not,a,tuple');
      records++;
      damaged++;
    }
    return {
      time: new Date(at).toISOString(),
      flowLogVersion: 4,
      flowLogGUID: '3f0b6d3e-0000-4000-8000-000000000001',
      macAddress: '0A1B2C3D4E5F',
      category: 'FlowLogFlowEvent',
      flowLogResourceID:
        '/SUBSCRIPTIONS/S1/RESOURCEGROUPS/NW/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW1/FLOWLOGS/F1',
      targetResourceID:
        '/subscriptions/s1/resourceGroups/app/providers/Microsoft.Network/virtualNetworks/vnet-app',
      operationName: 'FlowLogFlowEvent',
      flowRecords: {
        flows: [
          {
            aclID: '3f0b6d3e-0000-4000-8000-00000000acl0',
            flowGroups: RULES.map((rule, i) => ({ rule, flowTuples: tuples[i] ?? [] })),
          },
        ],
      },
    };
  });
  return {
    text: JSON.stringify({ records: minutes }),
    records,
    damaged,
    flows,
    denied,
    bytes,
    from,
    to,
  };
}
