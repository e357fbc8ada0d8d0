import type { ChildError, Message } from './child.ts';

/**
 * The child's half of the conversation: calls `handle` for each request and sends back what it returns or throws.
 * Ends the process when the parent is gone, so that no child is left behind.
 */
export function answerRequests(
  handle: (message: Message) => unknown,
  describe: (error: unknown) => ChildError,
): void {
  const send = (reply: Message) => {
    if (process.connected) process.send?.(reply);
  };
  process.on('message', (message: Message & { id: number }) => {
    void Promise.resolve()
      .then(() => handle(message))
      .then(
        (value) => message.id && send({ id: message.id, value }),
        (error: unknown) => message.id && send({ id: message.id, error: describe(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  // The parent decides when to stop: Ctrl-C in a terminal reaches the whole group and must not cut an answer short.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
}
