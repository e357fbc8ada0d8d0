import { expect, test } from 'vitest';
import { visit } from './visit.ts';

// The demo hides four attacks in a day of traffic: the first page must say them.

const { weir, page, problems } = await visit({ flags: ['--demo'] });

const news = (words: RegExp) => page.locator('.change', { hasText: words });

test('the Overview says what is wrong, incidents first', { timeout: 400_000 }, async () => {
  // Once the flows are counted and the detectors have looked: within a minute or two of their coming in.
  await news(/203\.0\.113\.88 guesses passwords at 10\.2\.0\.9/).waitFor({
    timeout: 240_000,
  });
  await news(/10\.1\.4\.7 calls 203\.0\.113\.20 on port 443 .* every 60 s/).waitFor();
  await news(/10\.2\.2\.4 sent 4\.\d+\sGB to 198\.51\.100\.200/).waitFor({ timeout: 120_000 });
  expect(await page.locator('.change').first().textContent()).toMatch(/Open the incident/);
  const more = page.getByRole('button', { name: /^Show \d+ more$/ });
  if (await more.isVisible()) await more.click();
  await news(/198\.51\.100\.61 tried 899 ports on 1 host and was refused/).waitFor();
  await news(/10\.2\.2\.4 sent 4\.\d+\sGB to the internet in one hour/).waitFor();
});

/** The hidden attacks as incidents: how each is told, and what its proof must show. */
const ATTACKS: readonly (readonly [title: RegExp, proof: string])[] = [
  [/203\.0\.113\.88 guesses passwords at 10\.2\.0\.9/, '203.0.113.88'],
  [/10\.1\.4\.7 calls 203\.0\.113\.20/, '203.0.113.20'],
  [/10\.2\.2\.4 sent 4\.\d+\sGB/, '198.51.100.200'],
];

test.each(ATTACKS)(
  'an analyst finds, understands, suppresses and closes %s',
  async (title, proof) => {
    await page.goto(`${weir.url}/incidents`);
    await page.getByRole('link', { name: title }).click();
    const card = page.locator('.alert-card', { hasText: title });
    await card.locator('.alert-reasons li').first().waitFor();
    await page.locator('.panel[aria-label="What to do next"] li').first().waitFor();
    await card
      .getByRole('link', { name: /prove it/ })
      .first()
      .click();
    await page.locator('.grid-row').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('.grid').textContent()).toContain(proof);
    await page.goBack();
    await card.getByRole('button', { name: 'Suppress…' }).click();
    await page.getByText(/Would have hidden \d+ of the last 30 days'/).waitFor();
    await page.getByLabel('Because').fill('Tried out.');
    await page.getByRole('button', { name: 'Suppress', exact: true }).click();
    await page.locator('.incident-events').getByText('Suppressed for 90 days').waitFor();
    await page.keyboard.press('c');
    await page.getByLabel(/A real attack/).check();
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('button', { name: 'Open it again' }).waitFor();
  },
);

test('a scan that was refused is found among the single alerts, understood, suppressed and closed', async () => {
  await page.goto(`${weir.url}/incidents`);
  await page.getByRole('button', { name: 'Single alerts' }).click();
  const title = /198\.51\.100\.61 tries \d+ ports of 10\.1\.\d+\.\d+/;
  const row = page.getByRole('row', { name: title });
  await row.click();
  const card = page.locator('dialog .alert-card', { hasText: title });
  await card.getByText('All of them were denied: nothing got through.').waitFor();
  await card.getByRole('link', { name: /prove it/ }).click();
  await page.locator('.grid-row').first().waitFor({ timeout: 60_000 });
  expect(await page.locator('.grid').textContent()).toContain('198.51.100.61');
  await page.goBack();
  await row.click();
  await card.getByRole('button', { name: 'Suppress…' }).click();
  await page.getByText(/Would have hidden 1 of the last 30 days'/).waitFor();
  await page.getByLabel('Because').fill('Tried out.');
  await page.getByRole('button', { name: 'Suppress', exact: true }).click();
  await card.getByRole('button', { name: 'Verdict…' }).click();
  await page.getByLabel(/Real, but harmless/).check();
  await page.getByRole('button', { name: 'Close the alert' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByLabel('Status').selectOption('closed');
  await row.getByText('Real, but harmless').waitFor();
  await page.getByRole('button', { name: 'Suppressions' }).click();
  await page.getByRole('row', { name: /by 198\.51\.100\.61/ }).waitFor();
});

test('a sentence leads to its evidence', async () => {
  await page.goto(weir.url);
  const more = page.getByRole('button', { name: /^Show \d+ more$/ });
  const sentence = news(/10\.2\.2\.4 sent .* in one hour/);
  await expect.poll(async () => (await more.isVisible()) || sentence.isVisible()).toBe(true);
  if (await more.isVisible()) await more.click();
  await sentence.getByRole('link', { name: 'Where it went' }).click();
  await page.locator('.grid-row').first().waitFor();
  expect(await page.locator('#cell-0-0').textContent()).toBe('198.51.100.200');
  await page.goBack();
});

test('a reduced row leads to its flows, and to who saw them', async () => {
  const kql = 'NTANetAnalytics | where DestPort == 443 | top 1 by BytesSrcToDest';
  const choose = async (action: string) => {
    await page.goto(`${weir.url}/explore?q=${encodeURIComponent(kql)}`);
    await page.locator('#cell-0-0').click({ button: 'right' });
    await page.getByRole('button', { name: action }).click();
    await page.waitForURL((url) => url.searchParams.get('q')?.startsWith('Flows') ?? false);
    await page.locator('.grid-row').first().waitFor();
  };
  await choose('The flows behind this row');
  await choose('Who observed them');
  await page.getByRole('columnheader', { name: 'Observer' }).waitFor();
  await page.goto(weir.url);
});

/** What each panel must show in the demo. */
const PANELS: readonly (readonly [title: string, shows: RegExp])[] = [
  ['Top talkers', /10\.2\.2\.4/],
  ['Conversations', /10\.2\.2\.4 . 198\.51\.100\.200/],
  ['Ports', /443 https/],
  ['Blocked, by rule', /DenyAllInBound/],
  ['Allowed but unanswered', /answered|→/],
  ['Countries', /United States/],
  ['Answers the internet', /10\.2\.0\.9/],
  ['Reaches out to the internet', /10\.2\.2\.4/],
];

test.each(PANELS)('the panel %s has something to show', async (title, shows) => {
  const panel = page.locator(`.panel[aria-label="${title}"]`);
  // biome-ignore lint/performance/useDomNodeTextContent: what a person sees, without what is hidden.
  await expect.poll(() => panel.innerText(), { timeout: 20_000 }).toMatch(shows);
});

test('narrowed to a host, the page tells who it is and what is malicious about it', async () => {
  await page.goto(`${weir.url}/?host=10.2.0.9`);
  const host = page.locator('.panel[aria-label="Host 10.2.0.9"]');
  await host.getByText('demo-rg/jump-us').waitFor();
  const malicious = page.locator('.tile', { hasText: 'Malicious' });
  await malicious.getByText(/\d+ of them allowed/).waitFor();
  await page.goto(`${weir.url}/?source=azure-vnet`);
  await malicious.locator('.tile-value span[title]').waitFor();
});

test('it fits on a phone: nothing is wider than the screen', async () => {
  await page.setViewportSize({ width: 400, height: 860 });
  const paths = [
    '/',
    '/incidents',
    '/incidents?view=alerts',
    '/explore',
    '/sources',
    '/load',
    '/watchlists',
    '/users',
    '/tokens',
    '/audit',
  ];
  for (const path of paths) {
    await page.goto(weir.url + path);
    await page.locator('#main').waitFor();
    await page.waitForTimeout(400);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBe(0);
  }
  expect(problems()).toEqual([]);
});
