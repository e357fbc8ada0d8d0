import { expect, test } from 'vitest';
import { visit } from './visit.ts';

// A rule from its first line to its removal, and a hunt that becomes one.

const { page, go } = await visit();

const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = () => page.getByRole('dialog');
const row = (table: string, text: string) =>
  page.getByRole('table', { name: table }).locator('tbody tr').filter({ hasText: text });

test('rules and detectors say why they rest, and why there is no precision', async () => {
  await go('Rules');
  await row('Rules', 'Remote desktop').first().waitFor();
  expect(await row('Rules', 'Remote desktop').first().textContent()).toMatch(/no alerts/);
  await page.getByRole('button', { name: 'Detectors' }).click();
  expect(await row('Detectors', 'beacon').first().textContent()).toMatch(/resting.*no alerts/);
  await page.goBack();
});

test('a rule of Weir is copied, never changed or deleted', async () => {
  await row('Rules', 'Remote desktop').first().getByRole('link').click();
  await button('Copy and edit').waitFor();
  expect(await button(/^Delete$/).count()).toBe(0);
  expect(await button(/^Edit$/).count()).toBe(0);
  await page.goBack();
});

test('a new rule is checked with its samples while it is written, and kept', async () => {
  await button('New rule').click();
  await page.getByText(/1 rule can run; \d tests passed/).waitFor();
  const text = page.getByLabel('Text of the rule');
  const written = await text.inputValue();
  await text.fill(written.replace('DestPort == 22', 'DestPrt == 22'));
  await dialog()
    .getByText(/line \d+: .*DestPrt/)
    .waitFor();
  await expect.poll(() => button('Keep').isDisabled()).toBe(true);
  await text.fill(written);
  await expect.poll(() => button('Keep').isDisabled()).toBe(false);
  await button('Keep').click();
  await row('Rules', 'SSH from the internet is answered').getByRole('link').click();
  await page.getByText(/It would have stayed silent/).waitFor();
});

test('it is switched off, edited, and deleted after a question', async () => {
  await button('Switch off').click();
  await button('Switch on').waitFor();
  await button(/^Edit$/).click();
  const text = page.getByLabel('Text of the rule');
  await text.fill((await text.inputValue()).replace('severity: Medium', 'severity: High'));
  await expect.poll(() => button('Keep').isDisabled()).toBe(false);
  await button('Keep').click();
  await page.locator('.rule-head').getByText('high', { exact: true }).waitFor();
  await button(/^Delete$/).click();
  await dialog().getByText('goes from the data folder for good').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await button(/^Delete$/).click();
  await button('Delete my-first-rule.yaml').click();
  await page.waitForURL(/\/rules$/);
  await row('Rules', 'Remote desktop').first().waitFor();
  await expect.poll(() => row('Rules', 'SSH from the internet is answered').count()).toBe(0);
});

test('a hunt over addresses is asked at once, and becomes a rule that goes on asking', async () => {
  await go('Hunting');
  await page.getByText('Whom do you suspect?').waitFor();
  await page.getByLabel('Addresses').fill('10.2.0.9 and 203.0.113.88');
  await button('Hunt').click();
  await page.waitForURL(/\/hunting\/10\.2\.0\.9,203\.0\.113\.88/);
  const hunts = page.getByRole('table', { name: 'Hunts' }).locator('tbody tr');
  await expect.poll(() => hunts.filter({ hasText: 'nothing' }).count()).toBe(await hunts.count());
  await hunts
    .filter({ hasText: 'had nothing to do with before' })
    .getByRole('link', { name: 'Make a rule' })
    .click();
  await dialog()
    .getByText(/1 rule can run/)
    .waitFor();
  expect(await page.getByLabel('Text of the rule').inputValue()).toMatch(
    /queryPeriod: 8d[\s\S]*let Hunted = dynamic\(\["10\.2\.0\.9", "203\.0\.113\.88"\]\)/,
  );
});
