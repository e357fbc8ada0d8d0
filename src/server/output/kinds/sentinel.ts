import { formatNamed } from '#core/output/index.ts';
import { DeliveryFailure } from '../failure.ts';
import { assertTaken, readObject } from '../http.ts';
import { packTexts } from '../packing.ts';
import { defineKind, type ReceiverDeps } from '../receiver.ts';
import type { SentinelSettings } from '../settings.ts';

const API_VERSION = '2023-01-01';
/** A call is 1 MB at most, unpacked; a field 64 KB. Source: Microsoft Learn, "Azure Monitor service limits". */
const LONGEST_BODY = 1_000_000 - 2;
const LONGEST_FIELD = 64 * 1024;
/** A token is renewed this long before it ends. */
const EARLY_MS = 5 * 60_000;

interface Token {
  readonly text: string;
  readonly until: number;
}

/** A token of Entra by client credentials (RFC 6749, section 4.4). */
async function logIn(
  settings: SentinelSettings,
  deps: ReceiverDeps,
  signal: AbortSignal,
): Promise<Token> {
  const url = `${settings.loginUrl.replace(/\/+$/, '')}/${encodeURIComponent(settings.tenant)}/oauth2/v2.0/token`;
  const where = URL.parse(url)?.host ?? 'Entra';
  const reply = await deps.post(
    {
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: settings.client,
        client_secret: deps.secret(settings.secret),
        scope: settings.scope,
      }).toString(),
      signal,
    },
    settings.tls,
  );
  const said = readObject(reply.text);
  if (reply.status === 400 || reply.status === 401)
    throw new DeliveryFailure(
      'setting',
      `${where} gives no token: ${String(said['error'] ?? '')}`,
      {
        advice: 'Check tenant, client and its secret, which may have run out.',
      },
    );
  assertTaken({ ...reply, text: '' }, where, deps.now());
  const { access_token: text, expires_in: seconds } = said;
  if (typeof text !== 'string')
    throw new DeliveryFailure('later', `${where} answers without a token`);
  return { text, until: deps.now() + Number(seconds ?? 0) * 1000 - EARLY_MS };
}

/** The first field that is longer than a table takes; undefined when none is. */
function longField(values: Readonly<Record<string, unknown>>): string | undefined {
  return Object.entries(values).find(
    ([, value]) => typeof value === 'string' && Buffer.byteLength(value) > LONGEST_FIELD,
  )?.[0];
}

/**
 * Microsoft Sentinel by the Logs Ingestion API: rows through a data collection rule into a table.
 * Source: Microsoft Learn, "Logs Ingestion API in Azure Monitor".
 */
export const sentinel = defineKind({
  kind: 'sentinel',
  format: 'columns',
  formats: ['columns', 'json', 'ocsf'],
  batch: 1000,
  proves: 'it took the rows (204); the table has them some minutes later.',
  open(settings, deps) {
    const base = settings.url.replace(/\/+$/, '');
    const where = URL.parse(base)?.host ?? 'Sentinel';
    const format = formatNamed(settings.format ?? 'columns');
    const url = `${base}/dataCollectionRules/${encodeURIComponent(settings.rule)}/streams/${encodeURIComponent(settings.stream)}?api-version=${API_VERSION}`;
    let token: Token | undefined;

    async function call(body: string, signal: AbortSignal): Promise<void> {
      const isOld = token !== undefined && token.until > deps.now();
      if (!token || !isOld) token = await logIn(settings, deps, signal);
      const reply = await post(token, body, signal);
      // The next call asks for a new one: a role that was just given needs one too.
      if (reply.status === 401 || reply.status === 403) token = undefined;
      // One that was revoked before its time is no fault of the settings.
      if (reply.status === 401 && isOld) return call(body, signal);
      assertTaken(reply, where, deps.now());
    }

    const post = ({ text }: Token, body: string, signal: AbortSignal) =>
      deps.post(
        {
          url,
          headers: {
            authorization: `Bearer ${text}`,
            'content-type': 'application/json',
          },
          body,
          isPacked: true,
          signal,
        },
        settings.tls,
      );

    return {
      async send(messages, signal) {
        const refused: { index: number; reason: string }[] = [];
        const texts = messages.map((message, index) => {
          const row = format.print(message, deps.context);
          const long = typeof row === 'string' ? undefined : longField(row);
          if (long !== undefined)
            refused.push({ index, reason: `the field ${long} is longer than 64 KB` });
          return JSON.stringify(row);
        });
        const isRefused = new Set(refused.map((one) => one.index));
        const { packs, rejected } = packTexts(texts, LONGEST_BODY, 1);
        for (const pack of packs) {
          const rows = pack.filter((piece) => !isRefused.has(piece.index));
          if (rows.length > 0) await call(`[${rows.map((piece) => piece.text).join(',')}]`, signal);
        }
        return { rejected: [...refused, ...rejected.filter((one) => !isRefused.has(one.index))] };
      },
    };
  },
});
