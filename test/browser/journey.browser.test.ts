import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { PASSWORD } from './login.ts';
import { writeSample } from './sample.ts';
import { visit } from './visit.ts';

// One journey in steps, each building on the one before, as a person makes it on the first day.

const sample = writeSample(Date.now());

const { weir, page, problems } = await visit({ isLoggedIn: false });

/** Text as typed: narrow spaces and the minus sign of numbers as plain characters. */
const plain = (text: string | null): string =>
  (text ?? '').replaceAll('\u202f', ' ').replaceAll('\u2212', '-');

/** A number of the page by its exact form on hover: `1,200 flows` → 1200. */
const exact = (title: string | null): number =>
  Number(/[\d,.]+/.exec(title ?? '')?.[0].replaceAll(',', ''));

/** Runs a query in Explore and reads the cells of its first row. */
async function explore(kql: string): Promise<string[]> {
  await page.goto(`${weir.url}/explore?q=${encodeURIComponent(kql)}`);
  await page.locator('.grid-row').first().waitFor();
  return (await page.locator('.grid-row').first().locator('[role=gridcell]').allTextContents()).map(
    plain,
  );
}

test('the one-time link logs in, asks for a password, and shows how to begin', async () => {
  await page.goto(weir.link);
  await page.getByRole('heading', { name: 'Set a password' }).waitFor();
  expect(page.url(), 'the token must not stay in the address bar').not.toContain('token');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Once more').fill(PASSWORD);
  await page.getByRole('button', { name: /Set password/ }).click();
  await page.getByText('Nothing has been loaded yet').waitFor();
  expect(
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents(),
  ).toEqual([
    'Overview',
    'Explore',
    'Incidents',
    'Hunting',
    'Rules',
    'Indicators',
    'Sources',
    'Load files',
    'Watchlists',
    'Outputs',
    'People',
    'API tokens',
    'Audit log',
  ]);
});

test('the link works once', async () => {
  const other = await openBrowser();
  await other.page.goto(weir.link);
  await other.page.getByRole('alert').waitFor();
  expect(await other.page.getByRole('heading', { name: 'Log in' }).isVisible()).toBe(true);
  await other.page.getByLabel('Name').fill('admin');
  await other.page.getByLabel('Password').fill(PASSWORD);
  await other.page.getByRole('button', { name: 'Log in' }).click();
  await other.page.getByText('Nothing has been loaded yet').waitFor();
  expect(other.problems()).toEqual([]);
  await other.close();
});

test('a dropped flow log goes in, and the page says what became of every record', async () => {
  await page.getByRole('link', { name: 'Load files' }).first().click();
  const drop = await page.evaluateHandle(
    `(() => { const d = new DataTransfer(); d.items.add(new File([${JSON.stringify(sample.text)}], 'PT1H.json')); return d; })()`,
  );
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: drop });
  const row = page.locator('.upload', { hasText: 'PT1H.json' });
  await row.getByText(/Done in/).waitFor();
  expect(await row.locator('.pill').textContent()).toBe('azure-vnet');
  const totals = Object.fromEntries(
    await Promise.all(
      (await row.locator('.totals > div').all()).map(async (total) => [
        await total.locator('dt').textContent(),
        exact(await total.locator('dd span').getAttribute('title')),
      ]),
    ),
  );
  expect(totals).toEqual({
    records: sample.records,
    stored: sample.records - sample.damaged,
    'known already': 0,
    quarantined: sample.damaged,
  });
  expect(plain(await row.locator('.reasons').textContent())).toContain('not,a,tuple');
});

test('the same file again is known, and a file of another kind is told what is accepted', async () => {
  await page.getByLabel('Files to load').setInputFiles([
    { name: 'copy.json', mimeType: 'application/json', buffer: Buffer.from(sample.text) },
    {
      name: 'holiday.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('Dear diary, nothing to log today.\n'.repeat(40)),
    },
  ]);
  const copy = page.locator('.upload', { hasText: 'copy.json' });
  await copy.getByText(/loaded before/).waitFor();
  const other = page.locator('.upload', { hasText: 'holiday.txt' });
  await other.getByText('Not loaded').waitFor();
  expect(await other.getByRole('alert').textContent()).toMatch(/Azure/);
});

test('the Overview shows that traffic, and its numbers are those of the sample', async () => {
  await page.getByRole('link', { name: 'See this traffic' }).click();
  const tile = (name: string) => page.locator('.tile', { hasText: name }).first();
  await tile('Flows').locator('.tile-value span[title]').waitFor();
  expect(exact(await tile('Flows').locator('.tile-value span').getAttribute('title'))).toBe(
    sample.flows,
  );
  expect(exact(await tile('Bytes').locator('.tile-value span').getAttribute('title'))).toBe(
    sample.bytes,
  );
  expect(plain(await tile('Denied').locator('.tile-value').textContent())).toBe(
    `${(100 * sample.denied) / sample.flows} %`,
  );
  await page.locator('.panel[aria-label=Flows] canvas').waitFor();
  const blocked = page.getByRole('table', { name: 'Blocked, by rule' });
  expect(await blocked.textContent()).toContain('DenyAllInBound');
});

test('a number opens the KQL behind it, which returns the same number', async () => {
  const onPage = exact(
    await page
      .locator('.tile', { hasText: 'Flows' })
      .first()
      .locator('.tile-value span')
      .getAttribute('title'),
  );
  await page.locator('.tile', { hasText: 'Flows' }).first().click();
  await page.waitForURL(/\/explore\?q=/);
  await page.locator('.grid-row').first().waitFor();
  const cell = page.locator('#cell-0-0');
  expect(exact(await cell.getAttribute('title'))).toBe(onPage);
  expect(onPage).toBe(sample.flows);
  await page.goBack();
  await page.locator('.tile').first().waitFor();
});

test('choosing a rule filters the page, the address carries it, and E opens the query of the panel in focus', async () => {
  const blocked = page.getByRole('table', { name: 'Blocked, by rule' });
  await blocked.locator('tbody tr').first().click();
  await page.waitForURL(/rule=DefaultRule_DenyAllInBound/);
  await page.locator('.chip', { hasText: 'Rule' }).waitFor();
  const flows = page
    .locator('.tile', { hasText: 'Flows' })
    .first()
    .locator('.tile-value span[title]');
  await expect
    .poll(async () => exact(await flows.getAttribute('title')), { timeout: 15_000 })
    .toBe(sample.denied);
  await page.getByRole('table', { name: 'Blocked, by rule' }).locator('tbody tr').first().focus();
  await page.keyboard.press('e');
  await page.waitForURL(/\/explore\?q=.*Denied/);
});

test('Explore answers, underlines what is wrong and says where', async () => {
  expect(await explore('Flows | where FlowStatus == "Denied" | count')).toEqual([
    String(sample.denied),
  ]);
  await page.goto(`${weir.url}/explore?q=${encodeURIComponent('Flows\n| where DestPrt == 443')}`);
  await page.locator('.cm-lintRange-error').first().waitFor();
  expect(await page.locator('.cm-lintRange-error').first().textContent()).toBe('DestPrt');
  expect(await page.getByRole('alert').textContent()).toContain('DestPrt');
  expect(await page.getByRole('alert').textContent()).toContain('Line 2, column 9');
});

test('typing, completing and running with the keyboard', async () => {
  await page.goto(`${weir.url}/explore`);
  await page.locator('.cm-content').click();
  // What was written last is still there.
  expect(await page.locator('.cm-content').textContent()).toContain('DestPrt');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Flows | summ');
  await page.locator('.cm-tooltip-autocomplete').getByText('summarize').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.type(
    'arize Flows = countif(IsFlowStart) by bin(TimeGenerated, 10m), FlowStatus | render timechart',
  );
  await page.keyboard.press('Shift+Enter');
  await page.locator('.result canvas').waitFor();
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await page.locator('.grid-row').first().waitFor();
  expect(plain(await page.locator('.cost').textContent())).toMatch(
    /read .* rows, .* from .* segment/,
  );
});

test('a query is saved, found, downloaded and deleted', async () => {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await explore(
    'Flows | where IsFlowStart | summarize Flows = count() by FlowStatus | order by FlowStatus asc',
  );
  await button('Save').click();
  await page.getByLabel('Name', { exact: true }).fill('Allowed and denied');
  await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
  await button('Saved').click();
  await page.locator('.side-query', { hasText: 'Allowed and denied' }).waitFor();
  const download = page.waitForEvent('download');
  await button('Export').click();
  await page.getByRole('button', { name: 'CSV' }).click();
  const lines = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  expect(lines).toEqual([
    'FlowStatus,Flows',
    `Allowed,${sample.flows - sample.denied}`,
    `Denied,${sample.denied}`,
  ]);
  await page.getByRole('button', { name: 'Delete Allowed and denied' }).click();
  await page.getByRole('button', { name: /for everybody/ }).click();
  await page.getByText('No saved queries yet.').waitFor();
});

test('nothing broke the content policy, and the console stayed clean', () => {
  expect(problems()).toEqual([]);
});
