import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const main = join(here, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');

/** A running emulator of Azure Blob Storage, empty, in memory, on a free port of the loopback. */
export interface Azurite {
  readonly account: string;
  readonly key: string;
  /** `http://127.0.0.1:PORT/ACCOUNT`. */
  readonly url: string;
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Installs the emulator when it is missing. Returns a sentence when that cannot be, because no package registry can be
 * reached; throws when the installation fails otherwise.
 */
export async function installAzurite(): Promise<string | null> {
  if (existsSync(main)) return null;
  process.stderr.write(
    'weir: installing Azurite, the emulator of Azure Storage, for tests (once; half a minute) …\n',
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=1',
    '--fetch-retry-mintimeout=1000',
  ];
  const child = spawn(npm, args, {
    cwd: here,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [code, said] = await Promise.all([exitOf(child), textOf(child)]);
  if (code === 0 && existsSync(main)) return null;
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(
      said,
    )
  )
    return 'Azurite is not installed and no package registry can be reached: run `npm install --ignore-scripts` in test/azurite.';
  throw new Error(`npm install in test/azurite failed:\n${said}`);
}

/** Starts one; `installAzurite` must have returned null. */
export async function startAzurite(): Promise<Azurite> {
  const account = 'weirtest';
  const key = randomBytes(64).toString('base64');
  const args = [
    main,
    '--blobHost',
    '127.0.0.1',
    '--blobPort',
    '0',
    '--inMemoryPersistence',
    '--skipApiVersionCheck',
    '--disableTelemetry',
  ];
  const env = { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` };
  const child = spawn(process.execPath, args, {
    cwd: tmpdir(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = `${await addressOf(child)}/${account}`;
  return {
    account,
    key,
    url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url};`,
    async stop() {
      const exited = exitOf(child);
      child.kill();
      await exited;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (text: Buffer) => {
      said += text;
      const address = /successfully listens on (http:\/\/\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', () => reject(new Error(`Azurite ended:\n${said}`)));
    child.once('error', reject);
  });
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => {
        child.once('exit', (code) => resolve(code));
        child.once('error', () => resolve(null));
      });

async function textOf(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stderr ?? []) text += chunk;
  return text;
}
