import { type Conversation, conversation, Random, type Sketch } from '#core/traffic/index.ts';
import { ADDRESSES, CUSTOMER_PREFIXES, HOSTS, SERVICES } from './network.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const DENY = 'DefaultRule_DenyAllInBound';

/** How busy the customers are at an hour of the day, UTC: quiet at night, busiest in the afternoon. */
function busyness(at: number): number {
  const hour = (at / HOUR) % 24;
  return 0.25 + 0.75 * Math.max(0, Math.sin(((hour - 5) / 18) * Math.PI)) ** 1.5;
}

/** Everything that happens in one hour. `hoursLeft` is how many full hours follow before the anchor. */
export function trafficOfHour(seed: string, start: number, hoursLeft: number): Conversation[] {
  const random = new Random(`${seed} ${start}`);
  const all: Conversation[] = [];
  const add = (sketch: Sketch) => all.push(conversation(sketch, random.between(32_768, 60_999)));
  const level = busyness(start);
  const anytime = () => start + random.between(0, HOUR - 1);

  customers(random, level, anytime, add);
  inside(random, level, anytime, add);
  outside(random, anytime, add);
  noise(random, anytime, add);
  attacks(random, start, hoursLeft, add);
  return all.sort((a, b) => a.at - b.at);
}

type Add = (sketch: Sketch) => void;

function customer(random: Random): string {
  const [first, second] = random.pick(CUSTOMER_PREFIXES);
  return `${first}.${second}.${random.between(0, 40)}.${random.between(1, 254)}`;
}

/** Customers' requests to the web servers of both regions. */
function customers(random: Random, level: number, anytime: () => number, add: Add): void {
  const servers = [HOSTS.webEu1, HOSTS.webEu2, HOSTS.webEu3, HOSTS.webUs1, HOSTS.webUs2];
  for (let i = 0; i < 900 * level; i++) {
    const isPlain = random.next() < 0.06;
    add({
      at: anytime(),
      src: customer(random),
      dest: random.pick(servers).ip,
      destPort: isPlain ? 80 : 443,
      rule: 'UserRule_allow-web',
      lastsMs: random.around(9000, 1),
      bytesOut: random.around(3200),
      bytesIn: isPlain ? random.around(600) : random.around(58_000, 1.1),
    });
  }
}

/** Tier to tier, site to site, cloud to cloud. */
function inside(random: Random, level: number, anytime: () => number, add: Add): void {
  const webs = [HOSTS.webEu1, HOSTS.webEu2, HOSTS.webEu3];
  const apps = [HOSTS.appEu1, HOSTS.appEu2];
  for (let i = 0; i < 420 * level; i++)
    add({
      at: anytime(),
      src: random.pick(webs).ip,
      dest: random.pick(apps).ip,
      destPort: 8080,
      rule: 'DefaultRule_AllowVnetInBound',
      lastsMs: random.around(4000),
      bytesOut: random.around(4100),
      bytesIn: random.around(21_000),
    });
  for (let i = 0; i < 300 * level; i++)
    add({
      at: anytime(),
      src: random.pick(apps).ip,
      dest: HOSTS.sqlEu1.ip,
      destPort: 1433,
      rule: 'UserRule_allow-sql',
      lastsMs: random.around(40_000, 1),
      bytesOut: random.around(9000),
      bytesIn: random.around(140_000, 1.2),
    });
  for (let i = 0; i < 120 * level; i++)
    add({
      at: anytime(),
      src: random.pick([HOSTS.webUs1, HOSTS.webUs2]).ip,
      dest: HOSTS.apiUs1.ip,
      destPort: 8443,
      rule: 'DefaultRule_AllowVnetInBound',
      lastsMs: random.around(3000),
      bytesOut: random.around(2600),
      bytesIn: random.around(12_000),
    });
  for (let i = 0; i < 90 * level; i++)
    add({
      at: anytime(),
      src: random.pick(apps).ip,
      dest: HOSTS.orders.ip,
      destPort: 443,
      rule: 'DefaultRule_AllowVnetOutBound',
      lastsMs: random.around(2500),
      bytesOut: random.around(5200),
      bytesIn: random.around(7400),
    });
  for (let i = 0; i < 60; i++)
    add({
      at: anytime(),
      src: HOSTS.worker.ip,
      dest: HOSTS.orders.ip,
      destPort: 5432,
      rule: '',
      lastsMs: random.around(8000),
      bytesOut: random.around(2400),
      bytesIn: random.around(30_000),
    });
  for (let i = 0; i < 12 * level; i++)
    add({
      at: anytime(),
      src: ADDRESSES.office,
      dest: random.pick([HOSTS.sqlEu1, HOSTS.jumpEu]).ip,
      destPort: random.pick([1433, 3389]),
      rule: 'UserRule_allow-office',
      lastsMs: random.around(300_000),
      bytesOut: random.around(80_000),
      bytesIn: random.around(900_000),
    });
  for (let i = 0; i < 40; i++)
    add({
      at: anytime(),
      src: HOSTS.batch1.ip,
      dest: HOSTS.batch2.ip,
      destPort: 9092,
      rule: '',
      lastsMs: random.around(20_000),
      bytesOut: random.around(300_000),
      bytesIn: random.around(40_000),
    });
}

/** What the hosts call on the internet: updates, object stores, time; regular and harmless. */
function outside(random: Random, anytime: () => number, add: Add): void {
  for (const h of Object.values(HOSTS)) {
    for (let i = 0; i < 9; i++) {
      const service = random.pick(SERVICES);
      add({
        at: anytime(),
        src: h.ip,
        dest: service.ip,
        destPort: service.port,
        rule: 'DefaultRule_AllowInternetOutBound',
        lastsMs: random.around(5000),
        bytesOut: random.around(4000),
        bytesIn: random.around(40_000, 1.3),
      });
    }
    for (let i = 0; i < 4; i++)
      add({
        at: anytime(),
        src: h.ip,
        dest: '20.101.57.9',
        destPort: 123,
        protocol: 17,
        rule: 'DefaultRule_AllowInternetOutBound',
        bytesOut: 76,
        bytesIn: 76,
        packetsOut: 1,
        packetsIn: 1,
      });
  }
}

/** The internet's background noise: every public address is knocked at, and nothing answers. */
function noise(random: Random, anytime: () => number, add: Add): void {
  const targets = Object.values(HOSTS).filter((h) => h.subnet === 'web' || h.subnet === 'mgmt');
  for (let i = 0; i < 70; i++)
    add({
      at: anytime(),
      src: customer(random),
      dest: random.pick(targets).ip,
      destPort: random.pick([22, 23, 445, 3389, 5900, 8080, 6379, 1433]),
      rule: DENY,
      isDenied: true,
    });
}

/** The hidden story; hours count back from the anchor. */
function attacks(random: Random, start: number, hoursLeft: number, add: Add): void {
  // A beacon: for 11 hours, once a minute with half a second of jitter, always the same size.
  if (hoursLeft < 11)
    for (let minute = 0; minute < 60; minute++)
      add({
        at: start + minute * MINUTE + 20_000 + random.between(-500, 500),
        src: HOSTS.build7.ip,
        dest: ADDRESSES.beaconTarget,
        destPort: 443,
        rule: 'DefaultRule_AllowInternetOutBound',
        lastsMs: 900,
        bytesOut: 612,
        bytesIn: 480 + random.between(0, 3),
        packetsOut: 6,
        packetsIn: 5,
      });
  // A scan from the internet, eight hours ago: 900 ports of one web server in four minutes.
  if (hoursLeft === 8)
    for (let port = 1; port <= 900; port++)
      add({
        at: start + 12 * MINUTE + port * 260,
        src: ADDRESSES.scanner,
        dest: HOSTS.webEu2.ip,
        destPort: port === 443 ? 444 : port,
        rule: DENY,
        isDenied: true,
      });
  // Password guessing against SSH, five hours ago; it ends with a login that lasts.
  if (hoursLeft === 5) {
    for (let i = 0; i < 640; i++)
      add({
        at: start + 3 * MINUTE + i * 2100 + random.between(0, 900),
        src: ADDRESSES.bruteForcer,
        dest: HOSTS.jumpUs.ip,
        destPort: 22,
        rule: 'UserRule_allow-ssh-temp',
        lastsMs: 1400,
        bytesOut: random.between(2100, 2300),
        bytesIn: random.between(2600, 2900),
        packetsOut: 14,
        packetsIn: 15,
      });
    add({
      at: start + 27 * MINUTE,
      src: ADDRESSES.bruteForcer,
      dest: HOSTS.jumpUs.ip,
      destPort: 22,
      rule: 'UserRule_allow-ssh-temp',
      lastsMs: 31 * MINUTE,
      bytesOut: 410_000,
      bytesIn: 2_900_000,
    });
  }
  // From the jump host to where nobody goes from there, four hours ago.
  if (hoursLeft === 4)
    for (const [i, target] of [HOSTS.apiUs1, HOSTS.webUs1, HOSTS.webUs2].entries())
      add({
        at: start + (5 + i * 4) * MINUTE,
        src: HOSTS.jumpUs.ip,
        dest: target.ip,
        destPort: 22,
        rule: 'DefaultRule_AllowVnetInBound',
        lastsMs: 3 * MINUTE,
        bytesOut: 52_000,
        bytesIn: 88_000,
      });
  // Exfiltration: the API server sends 4.2 GB to one address in forty minutes, three hours ago.
  if (hoursLeft === 3)
    for (let i = 0; i < 8; i++)
      add({
        at: start + (8 + i * 5) * MINUTE,
        src: HOSTS.apiUs1.ip,
        dest: ADDRESSES.exfiltrationTarget,
        destPort: 443,
        rule: 'DefaultRule_AllowInternetOutBound',
        lastsMs: 4.5 * MINUTE,
        bytesOut: 525_000_000 + random.between(0, 900_000),
        bytesIn: 6_100_000,
      });
  // A missing rule since two hours: the build subnet may not reach the database.
  if (hoursLeft < 2)
    for (let i = 0; i < 320; i++)
      add({
        at: start + random.between(0, HOUR - 1),
        src: random.pick([HOSTS.build7.ip, '10.1.4.8', '10.1.4.9']),
        dest: HOSTS.sqlEu1.ip,
        destPort: 5432,
        rule: DENY,
        isDenied: true,
      });
}
