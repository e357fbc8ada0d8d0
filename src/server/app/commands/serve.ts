import { once } from 'node:events';
import { CertificateRefused, createLog } from '#server/http/index.ts';
import { CommandError, type Invocation, type Run, UsageError } from '../command.ts';
import { type Config, loadConfig, parseListen } from '../config/index.ts';
import { findDataFolder } from '../data-folder.ts';
import { asCommandError } from '../data-store.ts';
import { type Running, serve } from '../serve.ts';
import { parseAnchor, prepareDemo } from '../serving/demo.ts';

/** `weir serve`: runs until it is told to stop, and stops when what has been read is stored. */
export const run: Run = async (invocation, around) => {
  const folder = findDataFolder(invocation, around);
  const loaded = loadConfig(invocation.value('config'), folder.path);
  const { file } = loaded;
  const anchor = invocation.value('demo-anchor');
  const config = invocation.isSet('demo')
    ? await prepareDemo(
        folder.path,
        loaded.config,
        anchor === undefined ? undefined : parseAnchor(anchor),
      )
    : loaded.config;
  const log = createLog({
    level: around.env['WEIR_LOG'] === 'debug' ? 'debug' : 'info',
    form: around.isTerminal.stderr ? 'text' : 'json',
    now: Date.now,
    write: (line) => void around.stderr.write(line),
  });
  const listen = readListen(invocation, config);
  let running: Running;
  try {
    running = await serve({
      folder: folder.path,
      config: { ...config, listen },
      configFile: file,
      log,
      env: around.env,
    });
  } catch (error) {
    throw explain(error, listen);
  }
  around.stdout.write(`Weir is at ${running.url}\n`);
  if (running.loginLink !== undefined)
    around.stdout.write(`Log in once, within an hour: ${running.loginLink}\n`);
  around.stdout.write(`Data is in ${folder.path}${file ? `, configuration in ${file}` : ''}\n`);
  if (!around.signal.aborted) await once(around.signal, 'abort');
  log.info('stopping');
  await running.stop();
  return 0;
};

function readListen(invocation: Invocation, config: Config): Config['listen'] {
  const text = invocation.value('listen');
  if (text === undefined) return config.listen;
  const listen = parseListen(text);
  if (listen) return listen;
  throw new UsageError(
    `--listen cannot be ${text}`,
    'Write HOST:PORT, for example 127.0.0.1:8787.',
  );
}

function explain(error: unknown, { host, port }: Config['listen']): unknown {
  const isListening = error instanceof Error && 'syscall' in error && error.syscall === 'listen';
  const code = isListening && 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE')
    return new CommandError(
      `the address ${host}:${port} is taken`,
      'Stop who uses it, or choose another with --listen HOST:PORT.',
      error,
    );
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return new CommandError(
      `${host}:${port} cannot be listened on`,
      'Choose another address with --listen HOST:PORT.',
      error,
    );
  if (error instanceof CertificateRefused)
    return new CommandError(
      error.message,
      'Correct `tls` in the configuration; both files are PEM.',
      error,
    );
  return asCommandError(error);
}
