import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['WEIR_CHROMIUM'] ?? '/usr/bin/chromium';

export interface OpenedBrowser {
  readonly page: Page;
  /** Errors of the console, exceptions, and breaches of the content policy so far, but for refusals a test expects. */
  problems(): readonly string[];
  close(): Promise<void>;
}

/** `401` for the first question who is logged in, `400` and `409` for what is meant to be refused. */
const EXPECTED = /Failed to load resource: .* status of (401|400|409)/;

export async function openBrowser(): Promise<OpenedBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) found.push(message.text());
  });
  page.on('pageerror', (error) => found.push(String(error)));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
  );
  return { page, problems: () => found, close: () => browser.close() };
}
