import { errorBody, printPath, type z } from '#core/contract/index.ts';
import type { ServerAddress } from '#server/store/index.ts';
import { CommandError } from './command.ts';

interface CalledRoute<Out extends z.ZodType> {
  readonly method: string;
  readonly path: string;
  readonly output: Out;
}

/** Calls a route of the server that holds a data folder, as whoever may read the folder. Throws CommandError. */
export async function callServer<Out extends z.ZodType>(
  server: ServerAddress,
  route: CalledRoute<Out>,
  input: Readonly<Record<string, unknown>>,
): Promise<z.output<Out>> {
  const url = new URL(printPath(route.path, input), server.url);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, {
      method: route.method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      ...(route.method === 'GET' ? {} : { body: JSON.stringify(input) }),
    });
    body = await response.json();
  } catch (error) {
    throw new CommandError(
      `the server at ${server.url} (process ${server.pid}) holds the data folder but does not answer`,
      'See its log; stop it to do this without it.',
      error,
    );
  }
  if (response.ok) return route.output.parse(body);
  const refused = errorBody.safeParse(body);
  throw new CommandError(
    refused.success
      ? refused.data.error.message
      : `the server at ${server.url} answered with status ${response.status}`,
    (refused.success && refused.data.error.hint) || 'See its log.',
  );
}
