import type { Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { type OpenedBrowser, openBrowser } from './browser.ts';
import { followLink } from './login.ts';
import { type StartedWeir, startWeir } from './weir.ts';

export interface Visit extends OpenedBrowser {
  readonly weir: StartedWeir;
  /** Follows a link of the navigation. */
  go(name: string): Promise<void>;
}

interface Visited {
  readonly flags?: readonly string[];
  /** What is in the data folder before the server starts. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** False for a visit that begins with the one-time link itself. */
  readonly isLoggedIn?: boolean;
}

/**
 * A server of its own and a page in which the first admin is logged in, for all tests of the file that awaits it before its
 * first test. Both end after the last one, or with the error that kept them from beginning.
 */
export async function visit({ flags, prepare, isLoggedIn = true }: Visited = {}): Promise<Visit> {
  const starting = startWeir(flags, prepare);
  const opening = openBrowser();
  const end = async () => {
    const [weir, browser] = await Promise.allSettled([starting, opening]);
    if (browser.status === 'fulfilled') await browser.value.close();
    if (weir.status === 'fulfilled') await weir.value.stop();
  };
  afterAll(end);
  try {
    const [weir, browser] = await Promise.all([starting, opening]);
    if (isLoggedIn) await followLink(browser.page, weir.link);
    return { ...browser, weir, go: (name) => linkOf(browser.page, name).click() };
  } catch (error) {
    await end();
    throw error;
  }
}

const linkOf = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
