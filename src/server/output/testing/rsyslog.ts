import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PROGRAM = '/usr/sbin/rsyslogd';
const PACKAGES = 'rsyslog rsyslog-gnutls';
const INSTALL = `apt-get update && apt-get install -y --no-install-recommends ${PACKAGES}`;

/** Makes sure of Debian's rsyslog with TLS: installs it as root, otherwise throws with the one command to run. */
export function bringRsyslog(): void {
  const isThere = () =>
    existsSync(PROGRAM) &&
    ['x86_64', 'aarch64'].some((cpu) =>
      existsSync(`/usr/lib/${cpu}-linux-gnu/rsyslog/lmnsd_gtls.so`),
    );
  if (isThere()) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get'))
    // A daemon that the package would start is not wanted.
    spawnSync('sh', ['-c', `export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive; ${INSTALL}`]);
  if (!isThere())
    throw new Error(`this test needs rsyslog. Install it with: sudo sh -c '${INSTALL}'`);
}

export interface Rsyslog {
  readonly port: number;
  start(): Promise<void>;
  /** `SIGTERM` lets it end in order. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Each message as the daemon parsed it: header, then text, divided by tabs. */
  lines(): readonly string[];
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Debian's rsyslog with a folder of its own, listening on loopback over TLS, or plain TCP without a certificate. */
/** With `clientCa`, PEM, only for those who show a certificate that it signed. */
export async function openRsyslog(
  certificate: Certificate | undefined,
  clientCa?: string,
): Promise<Rsyslog> {
  bringRsyslog();
  const folder = mkdtempSync(join(tmpdir(), 'weir-rsyslog-'));
  const file = (name: string) => join(folder, name);
  let child: ChildProcess | undefined;
  let port = 0;

  const callers = clientCa === undefined ? 'anon' : 'x509/certvalid';
  // What it has read it writes before it ends. Left alone it gives an input one second for that, and its queue one and a
  // half, so that on a busy machine it loses what it took.
  const configuration = () => `
global(workDirectory="${folder}" maxMessageSize="64k" inputs.timeout.shutdown="60000"
${
  certificate
    ? `defaultNetstreamDriverCAFile="${file('ca.pem')}" defaultNetstreamDriverCertFile="${file('cert.pem')}"
       defaultNetstreamDriverKeyFile="${file('key.pem')}"`
    : ''
})
module(load="imtcp"${
    certificate
      ? ` StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="${callers}"`
      : ''
  })
input(type="imtcp" port="${port}" listenPortFileName="${file('port')}" address="127.0.0.1")
main_queue(queue.type="Direct")
template(name="parsed" type="string"
  string="%pri%\\t%protocol-version%\\t%timereported:::date-rfc3339%\\t%hostname%\\t%app-name%\\t%procid%\\t%msgid%\\t%structured-data%\\t%msg%\\n")
action(type="omfile" file="${file('received')}" template="parsed")
`;

  async function start(): Promise<void> {
    writeFileSync(file('rsyslog.conf'), configuration());
    rmSync(file('port'), { force: true });
    const started = spawn(PROGRAM, ['-n', '-f', file('rsyslog.conf'), '-i', file('pid')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let said = '';
    started.stderr.on('data', (bytes) => {
      said += bytes;
    });
    // The file is written only for a port that the daemon chose itself, and before it listens there.
    const isReady = async () => {
      if (port === 0 && existsSync(file('port'))) port = Number(readFileSync(file('port'), 'utf8'));
      return port !== 0 && canConnect(port);
    };
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries > 400 || started.exitCode !== null)
        throw new Error(`rsyslog did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }

  if (certificate) {
    writeFileSync(file('cert.pem'), certificate.cert);
    writeFileSync(file('key.pem'), certificate.key, { mode: 0o600 });
    writeFileSync(file('ca.pem'), clientCa ?? certificate.cert);
  }
  onTestFinished(async () => {
    await stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    get port() {
      return port;
    },
    start,
    stop,
    lines: () =>
      existsSync(file('received'))
        ? readFileSync(file('received'), 'utf8').split('\n').slice(0, -1)
        : [],
  };
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
