import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { writeSample } from './sample.ts';
import { visit } from './visit.ts';

// Explore as an analyst works in it: help while typing, several queries, the grid, charts, history.

const sample = writeSample(Date.now());

const { weir, page, problems } = await visit();

beforeAll(async () => {
  await page.goto(`${weir.url}/load`);
  await page
    .getByLabel('Files to load')
    .setInputFiles([
      { name: 'PT1H.json', mimeType: 'application/json', buffer: Buffer.from(sample.text) },
    ]);
  await page.getByText(/Done in/).waitFor();
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const open = (text: string, index = 0) =>
  page.goto(`${weir.url}/explore?q=${encodeURIComponent(text)}${index ? `&n=${index}` : ''}`);
const written = async () => (await page.locator('.cm-line').allTextContents()).join('\n');
const cell = async (row: number, column: number) =>
  (await page.locator(`#cell-${row}-${column}`).textContent())?.replaceAll('\u202f', ' ');

async function write(text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

test('what is wrong is mended with a click, and the query is laid out', async () => {
  await page.goto(`${weir.url}/explore`);
  await write('Flows|where DestPrt==443|take 3');
  await button('Change to DestPort').click();
  await page.getByRole('list', { name: 'Problems in the query' }).waitFor({ state: 'detached' });
  await button('Format').click();
  await expect.poll(written).toBe('Flows\n| where DestPort == 443\n| take 3');
});

test('a suggestion is applied by the keyboard', async () => {
  await write('Flows | where AclRule contains "Deny"');
  await page.locator('.cm-lintRange-info').waitFor();
  await page.keyboard.press('F8');
  await page.keyboard.press('Control+.');
  await expect.poll(written).toBe('Flows | where AclRule has "Deny"');
});

test('a call shows what it takes, a name what it means', async () => {
  await write('Flows | extend A = ');
  await page.keyboard.type('iff(SrcIp == "a", ');
  await page.locator('.cm-signature b', { hasText: 'then' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await write('Flows | where SrcPort > 1');
  await page
    .locator('.cm-line')
    .getByText('Flows')
    .hover({ position: { x: 150, y: 8 } });
  await page.locator('.cm-hover .cm-says').waitFor();
});

test('of several queries the one with the cursor runs, and its link runs it again', async () => {
  await write('print A = "first"\n\nprint B = "second"\n\nprint C = "third"');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Shift+Enter');
  await expect.poll(() => cell(0, 0)).toBe('second');
  await page.reload();
  await expect.poll(() => cell(0, 0)).toBe('second');
  expect(await written()).toContain('third');
  // A selection runs as it is.
  await page.locator('.cm-line').first().click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Shift+Enter');
  await expect.poll(() => cell(0, 0)).toBe('first');
});

test('the grid sorts, resizes, filters by a cell and spreads a dynamic value', async () => {
  await open(
    'print Bag = dynamic([{"a":1,"n":"x"},{"a":2,"n":"y"},{"a":3,"n":"y"}]) | mv-expand Bag | extend N = tostring(Bag.n), A = tolong(Bag.a) | project A, N, Bag',
  );
  await page.locator('.grid-row').first().waitFor();
  await page.locator('.grid-head').getByRole('button', { name: 'A', exact: true }).click();
  await page.locator('.grid-head').getByRole('button', { name: 'A', exact: true }).click();
  expect(await cell(0, 0)).toBe('3');
  const head = page.locator('.grid-head > div').nth(1);
  const before = (await head.boundingBox())?.width ?? 0;
  const edge = await head.locator('.grid-edge').boundingBox();
  await page.mouse.move((edge?.x ?? 0) + 4, (edge?.y ?? 0) + 8);
  await page.mouse.down();
  await page.mouse.move((edge?.x ?? 0) + 84, (edge?.y ?? 0) + 8, { steps: 4 });
  await page.mouse.up();
  expect((await head.boundingBox())?.width).toBe(before + 80);

  await page.locator('#cell-0-1').click({ button: 'right' });
  await page.getByRole('button', { name: 'Only rows with this' }).click();
  await page.locator('.grid[aria-rowcount="3"]').waitFor();
  expect(await written()).toContain('| where N == "y"');

  await page.locator('#cell-0-2').dblclick();
  await button('One column for each property').click();
  await page.locator('.grid-head').getByRole('button', { name: 'n', exact: true }).waitFor();
  expect(await written()).toMatch(/\| evaluate bag_unpack\(Bag\)$/);
});

test('a unit survives the aggregate', async () => {
  await open(
    'Flows | summarize sum(BytesSrcToDest), sum(BytesDestToSrc) | extend T = sum_BytesSrcToDest + sum_BytesDestToSrc',
  );
  await expect.poll(() => cell(0, 2)).toMatch(/B$/);
  expect(await page.locator('#cell-0-2').getAttribute('title')).toContain('bytes');
});

test('render draws with its title', async () => {
  await open(
    'Flows | summarize Flows = count(), Bytes = sum(BytesSrcToDest) by bin(TimeGenerated, 10m), FlowStatus | render areachart with (kind=stacked, title="By verdict", ycolumns=Bytes, ytitle="sent", legend=hidden, ymin=0)',
  );
  await page.getByRole('heading', { name: 'By verdict' }).waitFor();
  await page.locator('.result canvas').waitFor();
});

test('a long query is cancelled', async () => {
  await open('range X from 1 to 400000000 step 1 | summarize dcount(hash_sha256(tostring(X)))');
  await page.getByText(/Running, \d/).waitFor();
  await page.locator('.editor-bar').getByRole('button', { name: 'Cancel' }).click();
  await page.getByText(/Cancelled after/).waitFor();
});

test('the history tells what ran, how long and how many rows, and runs it again', async () => {
  await open('print Again = "yes"');
  await expect.poll(() => cell(0, 0)).toBe('yes');
  await button('History').click();
  const entries = page.locator('.side-query');
  await expect.poll(() => entries.first().textContent()).toMatch(/Again.*\sm?s · 1\srow/s);
  await entries.filter({ hasText: 'sha256' }).filter({ hasText: 'cancelled' }).first().waitFor();
  await entries.filter({ hasText: 'first' }).first().click();
  await expect.poll(() => cell(0, 0)).toBe('first');
});

test('all rows go to a file, as JSON', async () => {
  await open('range X from 1 to 3 step 1');
  await page.locator('.grid-row').first().waitFor();
  const download = page.waitForEvent('download');
  await button('Export').click();
  await page.getByRole('button', { name: /^JSON\s?one array/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/\.json$/);
  expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toEqual([
    { X: 1 },
    { X: 2 },
    { X: 3 },
  ]);
});

test('a hundred thousand rows are there, few of them in the page', async () => {
  await open('range X from 1 to 100000 step 1');
  await page.locator('.grid[aria-rowcount="100001"]').focus();
  await page.keyboard.press('Control+End');
  await expect.poll(() => cell(99_999, 0)).toBe('100,000');
  expect(await page.locator('.grid-row').count()).toBeLessThan(100);
  expect(problems()).toEqual([]);
});
