import { defineConfig } from 'vitest/config';

/** Journeys through the built page in a real browser, against a real server. Needs `dist/web` and Debian's Chromium. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    fileParallelism: false,
  },
});
