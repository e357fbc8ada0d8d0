/** What goes over to the worker, and what comes back. */
export interface Question {
  readonly id: number;
  readonly request: unknown;
}

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string };

/** Answers every request that comes, until whoever asks is gone. */
export function answerRequests<Request>(answer: (request: Request) => Promise<unknown>): void {
  process.on('message', ({ id, request }: { id: number; request: Request }) => {
    answer(request)
      .then((value): Reply => ({ id, answer: value }))
      .catch((error: unknown): Reply => ({ id, error: describe(error) }))
      .then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit(0));
}

function describe(error: unknown): string {
  const parts: string[] = [];
  for (let e = error; e !== undefined; e = e instanceof Error ? e.cause : undefined)
    parts.push(e instanceof Error ? e.message : String(e));
  return parts.join(': ');
}
