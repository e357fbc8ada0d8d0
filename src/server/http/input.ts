import { ERRORS, pathParameters, type Route } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { readJson } from './body.ts';

export interface BodyLimits {
  readonly bytes: number;
  readonly totalMs: number;
}

/**
 * The flat input of a route, put together from path, query string and JSON body, and checked. Throws Refused with every
 * disagreement in one message.
 */
export async function readInput(
  route: Route,
  request: Request,
  parameter: (name: string) => string | undefined,
  limits: BodyLimits,
): Promise<unknown> {
  const given = new Map<string, unknown>();
  if (route.body === 'json') {
    const body = await readJson(request, limits);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new Refused('bad-request', 'The body is not a JSON object.');
    for (const [name, value] of Object.entries(body)) given.set(name, value);
  } else {
    const search = new URL(request.url).searchParams;
    for (const [name, value] of search) {
      if (given.has(name))
        throw new Refused('bad-request', `The parameter ${name} is given twice.`);
      given.set(name, value);
    }
  }
  for (const name of pathParameters(route.path)) given.set(name, parameter(name));
  const parsed = route.input.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new Refused('bad-request', problems.slice(0, 10).join('; ') || ERRORS['bad-request'][1], {
    hint: `${route.method} ${route.path} ${lowerFirst(route.says)}`,
  });
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
