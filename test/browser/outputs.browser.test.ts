import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { visit } from './visit.ts';

// One receiver that takes what it gets and one that is not there; a feed, and an indicator added by hand.

const taken: string[] = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    taken.push(body);
    response.writeHead(204).end();
  });
});

function prepare(folder: string): Promise<void> {
  const { port } = receiver.address() as AddressInfo;
  const list = join(folder, 'list.txt');
  writeFileSync(list, '# a list\n203.0.113.77\nevil.example\nnot/an\\indicator\n10.0.0.1\n');
  writeFileSync(
    join(folder, 'weir.yaml'),
    `outputs:
  - { name: hook, kind: webhook, url: "http://127.0.0.1:${port}/in" }
  - { name: siem, kind: syslog, host: siem.invalid, what: alerts }
  - { name: reduced, kind: webhook, url: "http://127.0.0.1:${port}/in", what: { table: NTANetAnalytics } }
intel:
  feeds:
    - { name: mine, path: ${JSON.stringify(list)} }
`,
  );
  return Promise.resolve();
}

await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
afterAll(() => {
  receiver.close();
});
const { weir, page, problems } = await visit({ prepare });

const row = (name: RegExp) => page.getByRole('row', { name });

test('an output that cannot be reached says why and what to do, when it is tried', async () => {
  await page.goto(`${weir.url}/outputs`);
  await row(/^siem/).getByRole('button', { name: 'Test…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('CEF:0|Weir|').waitFor();
  await dialog.getByRole('button', { name: 'Send a test' }).click();
  await dialog.getByText(/siem\.invalid:6514 was not reached/).waitFor();
  await dialog.getByText(/Check the spelling of the name/).waitFor();
  await page.keyboard.press('Escape');
});

test('one that takes a test says what its answer proves', async () => {
  await row(/^hook/).getByRole('button', { name: 'Test…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Send a test' }).click();
  await dialog.getByText(/Arrived in \d+ ms: it answered that it took the message/).waitFor();
  expect(taken.some((body) => body.includes('canary'))).toBe(true);
  await page.keyboard.press('Escape');
});

test('a canary tells each step, and which receiver it did not reach', async () => {
  await page.getByRole('button', { name: 'Send a canary' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('It did not arrive everywhere').waitFor({ timeout: 90_000 });
  const steps = dialog.getByRole('table', { name: 'Steps of the canary' });
  await steps.getByRole('row', { name: /hook.*well/ }).waitFor();
  await steps.getByRole('row', { name: /siem.*failed/ }).waitFor();
  await page.keyboard.press('Escape');
  await row(/siem.*failing/).waitFor();
}, 120_000);

test('a feed says how much it names, and what of it was refused and why', async () => {
  await page.goto(`${weir.url}/indicators?view=feeds`);
  const mine = page.locator('tr').filter({ hasText: '2 of 4' });
  await mine.waitFor({ timeout: 60_000 });
  await mine.getByText('2 of 4').click();
  await mine.getByText('10.0.0.1').waitFor();
}, 90_000);

test('a value is added by hand, found, and removed', async () => {
  await page.getByRole('button', { name: 'Add indicator' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Value').fill('not an address');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Value').fill('hxxp://198.51.100[.]7/login');
  await dialog.getByLabel('Why').fill('Told by a friend.');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByText('is looked for').first().waitFor();
  await page.getByRole('button', { name: 'Indicators', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search indicators' }).fill('198.51.100.7');
  const found = row(/http:\/\/198\.51\.100\.7\/login/);
  await found.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Nothing holds “198.51.100.7”.').waitFor();
});

test.each(['/outputs', '/indicators', '/indicators?view=feeds', '/indicators?view=values'])(
  '%s fits on a phone, its lists without scrolling sideways',
  async (path) => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.goto(weir.url + path);
    await page.locator('.panel').first().waitFor();
    if (path !== '/indicators') await page.locator('.rows').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    expect(
      await page.evaluate(
        '[...document.querySelectorAll(".rows")].filter((e) => e.scrollWidth > e.clientWidth).length',
      ),
    ).toBe(0);
    expect(problems()).toEqual([]);
  },
);
