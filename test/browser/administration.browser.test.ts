import { expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { logIn } from './login.ts';
import { visit } from './visit.ts';

// People, tokens, the audit log and watchlists, as an admin and a viewer see them.

const { weir, page, go, problems } = await visit();

const button = (name: string) => page.getByRole('button', { name, exact: true });

/** Asks as a program does. */
const ask = (secret: string) =>
  fetch(`${weir.url}/api/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'print 1' }),
  });

let password = '';

test('an admin adds a person with a password made up', async () => {
  await go('People');
  await button('Add a person').click();
  await page.getByLabel('Name').fill('nora');
  await page.getByLabel('Role').selectOption('viewer');
  await button('Make one up').click();
  password = await page.getByLabel('Password', { exact: true }).inputValue();
  expect(password).toMatch(/^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  await button('Add').click();
  await page.getByRole('row', { name: /nora viewer set never/ }).waitFor();
});

test('the last admin stays one, and is told why', async () => {
  await page
    .getByRole('row', { name: /admin you/ })
    .getByRole('button', { name: 'Change' })
    .click();
  await page.getByLabel('Role').selectOption('viewer');
  await button('Change').last().click();
  expect(await page.getByRole('alert').textContent()).toMatch(/admin/);
  await button('Cancel').click();
});

test('a viewer sees only what is for viewers', async () => {
  const other = await openBrowser();
  await logIn(other.page, weir.url, 'nora', password);
  const links = other.page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await links.allTextContents()).toEqual([
    'Overview',
    'Explore',
    'Incidents',
    'Hunting',
    'Rules',
    'Indicators',
    'Sources',
    'Watchlists',
    'Outputs',
    'API tokens',
  ]);
  await other.page.goto(`${weir.url}/audit`);
  await other.page.getByText('There is no page here.').waitFor();
  expect(other.problems()).toEqual([]);
  await other.close();
});

test('a token is shown once, works, and is revoked', async () => {
  await go('API tokens');
  await button('New token').click();
  await page.getByLabel('Name').fill('grafana');
  await button('Create').click();
  const secret = (await page.locator('.secret').first().textContent()) ?? '';
  expect((await ask(secret)).status).toBe(200);
  await button('Done').click();
  const row = page.getByRole('row', { name: /grafana admin viewer/ });
  await row.waitFor();
  expect(await page.locator('body').textContent()).not.toContain(secret);
  await button('Revoke grafana').click();
  await button('Revoke').click();
  await row.waitFor({ state: 'detached' });
  expect((await ask(secret)).status).toBe(401);
});

test('a watchlist is uploaded, queried and deleted', async () => {
  await go('Watchlists');
  await button('New watchlist').click();
  await page.getByLabel('CSV file').setInputFiles([
    {
      name: 'Known scanners.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('Address,Owner\n198.51.100.61,"Scan, Inc"\n203.0.113.88,Other\n'),
    },
  ]);
  expect(await page.getByLabel('Alias').inputValue()).toBe('Known-scanners');
  await button('Upload').click();
  await page.getByRole('link', { name: 'Known-scanners', exact: true }).click();
  await page.locator('.grid[aria-rowcount="3"]').waitFor();
  expect(await page.locator('.grid').textContent()).toContain('Scan, Inc');
  await page.goBack();
  await button('Delete Known-scanners').click();
  await button('Delete').click();
  await page.getByText('There is no watchlist.').waitFor();
});

test('the audit log holds all of it, and says that it is whole', async () => {
  await go('Audit log');
  await page.getByText('The chain of hashes holds').waitFor();
  const table = page.getByRole('table', { name: 'Audit log' });
  await table.getByRole('row', { name: /createUser/ }).waitFor();
  await page.getByLabel('Action').fill('deleteToken');
  await expect.poll(() => table.locator('tbody tr').count()).toBe(1);
  await page.getByLabel('Who').fill('nobody-at-all');
  await page.getByText('No entry of this time').waitFor();
  expect(problems()).toEqual([]);
});
