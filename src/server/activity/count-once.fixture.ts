// A process of its own for kill.test.ts: opens the store in argv[2] and counts, one segment a commit, until it is killed.
import { openStore } from '#server/store/index.ts';
import { activityPending } from './activity-pending.ts';

const store = await openStore({ folder: process.argv[2] ?? '', clock: () => Date.now() * 1000 });
process.stdout.write('open\n');
await activityPending({
  store,
  enrichment: { withoutRegistries: true },
  threads: 1,
  rowsPerPass: 1,
  smallHour: 100,
});
await store.close();
