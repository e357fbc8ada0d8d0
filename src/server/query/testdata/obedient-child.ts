// A child for the tests of pool and parser host: does what the request says.
import { answerRequests } from '../answer.ts';

const sleepers = new Set<(error: Error) => void>();

answerRequests(
  async (message) => {
    switch (message['kind']) {
      case 'interrupt':
        for (const reject of sleepers) reject(new Error('interrupted'));
        return undefined;
      case 'sleep':
        return new Promise((resolve, reject) => {
          sleepers.add(reject);
          setTimeout(() => resolve(process.pid), Number(message['ms']));
        });
      case 'hang':
        for (;;);
      case 'exit':
        return process.exit(Number(message['code']));
      case 'fail':
        throw new Error('as asked');
      case 'parse':
        return { value: message['text'], rssBytes: Number(message['rssBytes'] ?? 0) };
      default:
        return process.pid;
    }
  },
  (error) => ({ code: 'test', message: error instanceof Error ? error.message : String(error) }),
);
