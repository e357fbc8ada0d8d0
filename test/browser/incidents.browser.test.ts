import { expect, test } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { findingOf } from '#core/alert/testing/finding.ts';
import { createAlerts } from '#server/alert/index.ts';
import { openStore } from '#server/store/index.ts';
import { visit } from './visit.ts';

// An intrusion in three steps, among two hundred other incidents: read, taken, explained, suppressed and closed.

const OTHERS = 210;

function findings(): readonly Finding[] {
  const now = Date.now() * 1000;
  const at = (minutes: number) => ({
    first: now - minutes * 60e6,
    last: now - minutes * 60e6 + 1e6,
  });
  const evidence = [
    { kql: 'SecurityAlert\n| project TimeGenerated, DisplayName, AlertSeverity', rows: 640 },
  ];
  const step = (id: string, by: string, to: string, tactic: string, minutes: number) =>
    findingOf({
      by,
      to,
      evidence,
      tactics: [tactic],
      finder: { id, family: id, name: `The ${id} detector` },
      features: { port: 22 },
      severity: 'high',
      nextSteps: [`Look at ${to}`],
      ...at(minutes),
    });
  return [
    step('guessing', '203.0.113.88', '10.2.0.9', 'CredentialAccess', 90),
    step('moving', '10.2.0.9', '10.2.2.4', 'LateralMovement', 60),
    step('sending', '10.2.2.4', '198.51.100.200', 'Exfiltration', 30),
    ...Array.from({ length: OTHERS }, (_, i) =>
      findingOf({
        by: `10.9.${i >> 8}.${i & 255}`,
        finder: { id: 'other', family: 'other' },
        ...at(600 + i),
      }),
    ),
  ];
}

async function seed(folder: string): Promise<void> {
  const clock = () => Date.now() * 1000;
  const store = await openStore({ folder, clock });
  const alerts = createAlerts({ store, clock });
  await alerts.take(findings());
  await alerts.stop();
  await store.close();
}

const { weir, page, go, problems } = await visit({ prepare: seed });

const button = (name: string | RegExp) => page.getByRole('button', { name });
const panel = (title: string) => page.locator(`.panel[aria-label="${title}"]`);

test('the queue tells the gravest first, and says how many there are', async () => {
  await go('Incidents');
  const rows = page.getByRole('table', { name: 'Incidents' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(200);
  expect(await rows.first().textContent()).toMatch(/critical.*2 more alerts.*New/);
  await page.getByText(`The first 200 of ${OTHERS + 1}`).waitFor();
});

test('filters are in the address, and the keyboard opens a row', async () => {
  await page.getByLabel('Words').fill('10.2.0.9');
  const rows = page.getByRole('table', { name: 'Incidents' }).locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(1);
  await page.waitForURL(/\?text=10\.2\.0\.9$/);
  await page.getByLabel('Status').selectOption('closed');
  await page.getByText('No incident is like that.').waitFor();
  await page.goBack();
  await rows.first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/incidents\/\d+$/);
});

test('an incident tells the story in order, draws it, and leads to its proof in one click', async () => {
  const titles = panel('What happened').locator('h3');
  await expect.poll(() => titles.count()).toBe(3);
  expect((await titles.allTextContents()).map((t) => /high\s*(\w+)/.exec(t)?.[1])).toEqual([
    'guessing',
    'moving',
    'sending',
  ]);
  expect(await panel('Who did it to whom').locator('path.graph-edge').count()).toBe(3);
  expect(await panel('Steps of an intrusion').locator('li').allTextContents()).toEqual([
    expect.stringMatching('Credential access'),
    expect.stringMatching('Lateral movement'),
    expect.stringMatching('Exfiltration'),
  ]);
  await page.getByText('Joined to “guessing').waitFor();
  await button('here').first().click();
  await page.getByRole('table', { name: 'Rows that prove it' }).waitFor();
  await page.getByRole('link', { name: 'The 640 rows that prove it' }).first().click();
  await page.locator('.grid-row').first().waitFor();
  await page.goBack();
});

test('it is taken by a key, noted, and an alert of it suppressed after a look at history', async () => {
  await panel('What happened').waitFor();
  await page.keyboard.press('a');
  await page.getByText('Assigned to admin').waitFor();
  await page.getByRole('textbox', { name: 'Note' }).fill('The vendor says that it is not them.');
  await button('Add the note').click();
  await page.locator('.incident-events .note').getByText('The vendor says').waitFor();
  await button('Suppress…').first().click();
  await page.getByText(`Would have hidden 1 of the last 30 days' ${OTHERS + 3} alerts`).waitFor();
  await page.getByLabel('The guessing detector', { exact: true }).check();
  await page.getByLabel('Because').fill('Our own test of passwords.');
  await button(/^Suppress$/).click();
  await page.getByText('Suppressed for 90 days: The guessing detector').waitFor();
});

test('it is closed with a verdict, leaves the queue, and counts for precision', async () => {
  await page.keyboard.press('c');
  await page.getByLabel(/A real attack/).check();
  await page.getByLabel('Why').fill('Host rebuilt.');
  await button('Close it').click();
  await page.getByText('Closed as a real attack. Host rebuilt.').waitFor();
  await go('Incidents');
  await page.getByLabel('Words').fill('10.2.0.9');
  await page.getByText('No incident is like that.').waitFor();
  await button('Precision').click();
  await page.getByRole('row', { name: /The moving detector.*100/ }).waitFor();
  await button('Suppressions').click();
  await page.getByRole('row', { name: /Our own test of passwords/ }).waitFor();
});

test('hunting asks about those of an incident, and keeps what it finds', async () => {
  await page.goto(`${weir.url}/incidents/${OTHERS + 1}`);
  await page.getByRole('link', { name: 'Hunt over these entities' }).click();
  const rows = page.getByRole('table', { name: 'Hunts' }).locator('tbody tr');
  await expect
    .poll(() => rows.getByText('nothing', { exact: true }).count(), { timeout: 60_000 })
    .toBe(await rows.count());
  await rows.first().getByRole('button', { name: 'Keep' }).click();
  await page.getByText(/Kept with incident/).waitFor();
  await page.goBack();
  await panel('Bookmarks').getByRole('link', { name: 'What they were refused' }).waitFor();
});

test('a saved query is asked with the others, and becomes a rule', async () => {
  const saved = await page.evaluate(`fetch('/api/v1/saved-queries/odd-ssh', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Odd SSH', query: 'Flows | where DestPort == 22' }),
  }).then((answer) => answer.status)`);
  expect(saved).toBe(200);
  await page.goto(`${weir.url}/hunting/10.2.0.9`);
  const row = page.getByRole('row', { name: /Odd SSH/ });
  await row.getByText('nothing', { exact: true }).waitFor({ timeout: 60_000 });
  await row.getByRole('link', { name: 'Make a rule' }).click();
  await page.getByLabel('File').waitFor();
  expect(await page.getByLabel('Text of the rule').inputValue()).toContain(
    'query: |\n  Flows | where DestPort == 22',
  );
});

test.each(['/incidents', `/incidents/1`, '/hunting/1', '/incidents?view=suppressions'])(
  '%s fits on a phone',
  async (path) => {
    await page.setViewportSize({ width: 400, height: 800 });
    await page.goto(weir.url + path);
    await page.locator('.panel').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    expect(problems()).toEqual([]);
  },
);
