// A process of its own for kill.test.ts: opens the store in argv[2] and reduces, one hour a job, until it is killed.
import { openStore } from '#server/store/index.ts';
import { reducePending } from './reduce-pending.ts';

const clock = () => Date.now() * 1000;
const store = await openStore({ folder: process.argv[2] ?? '', clock });
process.stdout.write('open\n');
await reducePending({
  store,
  clock,
  enrichment: { withoutRegistries: true },
  threads: 1,
  rowsPerJob: 1,
});
await store.close();
