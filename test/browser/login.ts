import type { Page } from 'playwright-core';

export const PASSWORD = 'a long enough sentence';

/** Follows the one-time link and sets the first admin's password. */
export async function followLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Once more').fill(PASSWORD);
  await page.getByRole('button', { name: /Set password/ }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

export async function logIn(
  page: Page,
  url: string,
  name: string,
  password: string,
): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}
