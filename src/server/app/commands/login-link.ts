import { ROUTES } from '#core/contract/index.ts';
import { createAuth, prepareState, Refused } from '#server/auth/index.ts';
import { findServer } from '#server/store/index.ts';
import { CommandError, type Run } from '../command.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { needDataFolder } from '../data-folder.ts';
import { openDataStore } from '../data-store.ts';
import { callServer } from '../server-call.ts';

/** `weir login-link`: the way back in for people who may read the data folder and have lost their password. */
export const run: Run = async (invocation, around) => {
  const folder = needDataFolder(invocation, around);
  const [name] = invocation.arguments;
  const server = findServer(folder.path);
  const link = server
    ? printLink(server.page, await askServer(server, name))
    : printLink(
        pageOf(loadConfig(invocation.value('config'), folder.path).config),
        await makeHere(folder.path, name),
      );
  around.stdout.write(`${link}\n`);
  around.stderr.write(
    `weir: ${server ? '' : 'start the server; '}it logs in once, within an hour, and takes the old password away.\n`,
  );
  return 0;
};

const printLink = (page: string, token: string) => `${page}/login#token=${token}`;

async function askServer(
  server: Parameters<typeof callServer>[0],
  name: string | undefined,
): Promise<string> {
  const { token } = await callServer(
    server,
    ROUTES.createLoginLink,
    name === undefined ? {} : { name },
  );
  return token;
}

/** Without a server this process is the writer for a moment. */
async function makeHere(folder: string, name: string | undefined): Promise<string> {
  const store = await openDataStore(folder);
  try {
    prepareState(store.state);
    const auth = createAuth({
      state: store.state,
      now: Date.now,
      onAuditFailure(error) {
        throw error;
      },
    });
    const token = auth.makeLink(name);
    auth.audit.append({
      who: 'local',
      from: '',
      action: 'createLoginLink',
      outcome: 'done',
      detail: name === undefined ? {} : { name },
    });
    return token;
  } catch (error) {
    if (error instanceof Refused)
      throw new CommandError(error.message, 'Leave the name away for the account admin.', error);
    throw error;
  } finally {
    await store.close();
  }
}

/** Where the configured server will be reached. */
function pageOf({ listen: { host, port }, tls }: Config): string {
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
}
