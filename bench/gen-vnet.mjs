// Writes a VNet flow log (PT1H.json) of at least N tuples and prints its totals. usage: node gen-vnet.mjs N OUT
import { closeSync, openSync, writeSync } from 'node:fs';

const [wanted, out] = [Number(process.argv[2]), process.argv[3]];
let seed = 0x2545f491;
const next = () => {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 4294967296;
};
const below = (n) => Math.floor(next() * n);
const few = (n) => Math.floor(n * next() ** 3);
const totals = { tuples: 0, bytes: 0, packets: 0 };

function tuple(now, direction, isDenied) {
  const state = isDenied ? 'D' : 'BCEE'[below(4)];
  const counters = 'CE'.includes(state)
    ? [1 + few(100), 60 + few(90_000), few(100), few(400_000)]
    : [0, 0, 0, 0];
  totals.tuples++;
  totals.packets += counters[0] + counters[2];
  totals.bytes += counters[1] + counters[3];
  const inside = `10.${below(4)}.${below(16)}.${1 + few(254)}`;
  const other =
    next() < 0.5
      ? `10.1.${below(8)}.${1 + few(254)}`
      : `${52 + below(40)}.${few(60)}.${few(256)}.${1 + below(254)}`;
  const port = [443, 443, 80, 53, 22, 3389, 445, 1433][below(8)];
  const encryption = next() < 0.8 ? 'NX' : 'X';
  return `"${now + below(60_000)},${inside},${other},${1024 + below(64_000)},${port},${port === 53 ? 17 : 6},${direction},${state},${encryption},${counters.join(',')}"`;
}

const fd = openSync(out, 'w');
let now = Date.UTC(2026, 0, 1);
writeSync(fd, '{"records":[');
for (let first = true; totals.tuples < wanted; first = false, now += 150) {
  const group = (rule, direction, isDenied) =>
    `{"rule":"${rule}","flowTuples":[${Array.from({ length: 20 + below(60) }, () => tuple(now, direction, isDenied)).join(',')}]}`;
  const flow = (acl, direction) =>
    `{"aclID":"00000000-0000-4000-8000-00000000000${acl}","flowGroups":[${group('UserRule_allow-web', direction, false)},${group('DefaultRule_DenyAllInBound', direction, true)}]}`;
  const mac = `00224880${below(400).toString(16).toUpperCase().padStart(4, '0')}`;
  writeSync(
    fd,
    `${first ? '' : ','}{"time":"${new Date(now).toISOString().replace('Z', '0000Z')}","flowLogVersion":4,"macAddress":"${mac}","flowLogResourceID":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_EASTUS/FLOWLOGS/F","targetResourceID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","flowRecords":{"flows":[${flow(1, 'O')},${flow(2, 'I')}]}}`,
  );
}
writeSync(fd, ']}');
closeSync(fd);
console.log(JSON.stringify(totals));
