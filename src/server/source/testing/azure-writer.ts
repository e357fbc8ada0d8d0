/** Writes blobs into an emulator the way Azure does, by plain REST: nothing here is shared with what is tested. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Azurite } from '../../../../test/azurite/start.ts';

const VERSION = '2021-12-02';
const FOREVER = Date.UTC(2100, 0);

/** The name of a VNet flow log's blob for an hour, ms. */
export function hourPath(at: number, flowLog = 'SHOP-VNET'): string {
  const [year, month, day, hour] = new Date(at).toISOString().split(/[-T:]/);
  return (
    `flowLogResourceID=/11111111-2222-3333-4444-555555555555_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_${flowLog}/` +
    `y=${year}/m=${month}/d=${day}/h=${hour}/m=00/macAddress=0022480A0B0C/PT1H.json`
  );
}

/** One growing log: an opening block, blocks of records, a closing block. */
export interface GrowingLog {
  /** Everything but the closing `]}`. */
  readonly written: string;
  create(): Promise<void>;
  /** Puts one more block before the closing one; returns its text. */
  append(records: number): Promise<string>;
}

export class AzureWriter {
  readonly name: string;
  readonly url: string;
  readonly #azurite: Azurite;

  static async create(azurite: Azurite, name: string): Promise<AzureWriter> {
    const writer = new AzureWriter(azurite, name);
    await writer.#send('', { restype: 'container' });
    return writer;
  }

  constructor(azurite: Azurite, name: string) {
    this.#azurite = azurite;
    this.name = name;
    this.url = `${azurite.url}/${name}`;
  }

  /** An account SAS (Microsoft, "Create an account SAS"): permissions and expiry, ms. */
  sas(permissions: string, expiryMs: number): string {
    const { account, key } = this.#azurite;
    const expiry = `${new Date(expiryMs).toISOString().slice(0, 19)}Z`;
    const text = [account, permissions, 'b', 'sco', '', expiry, '', '', VERSION, '', ''].join('\n');
    const signature = createHmac('sha256', Buffer.from(key, 'base64'))
      .update(text)
      .digest('base64');
    const fields = {
      sv: VERSION,
      ss: 'b',
      srt: 'sco',
      sp: permissions,
      se: expiry,
      sig: signature,
    };
    return new URLSearchParams(fields).toString();
  }

  async put(name: string, content: string | Uint8Array): Promise<void> {
    await this.#send(name, {}, content, { 'x-ms-blob-type': 'BlockBlob' });
  }

  async putMany(
    count: number,
    nameOf: (i: number) => string,
    contentOf: (i: number) => string,
  ): Promise<void> {
    const rest = Array.from({ length: count }, (_, i) => i).values();
    const work = async () => {
      for (const i of rest) await this.put(nameOf(i), contentOf(i));
    };
    await Promise.all(Array.from({ length: 16 }, work));
  }

  readonly #appended = new Set<string>();

  /** Appends to an append blob, which it makes first. */
  async append(name: string, content: string): Promise<void> {
    if (!this.#appended.has(name))
      await this.#send(name, {}, '', { 'x-ms-blob-type': 'AppendBlob' });
    this.#appended.add(name);
    await this.#send(name, { comp: 'appendblock' }, content);
  }

  log(name: string): GrowingLog {
    const blocks: { id: string; text: string }[] = [];
    const opening = { id: blockId('A'), text: '{"records":[' };
    const closing = { id: blockId('Z'), text: ']}' };
    let records = 0;
    const putBlock = ({ id, text }: { id: string; text: string }) =>
      this.#send(name, { comp: 'block', blockid: id }, text);
    const commit = () =>
      this.#send(
        name,
        { comp: 'blocklist' },
        `<?xml version="1.0" encoding="utf-8"?><BlockList>${[opening, ...blocks, closing]
          .map(({ id }) => `<Latest>${id}</Latest>`)
          .join('')}</BlockList>`,
      );
    return {
      get written() {
        return opening.text + blocks.map(({ text }) => text).join('');
      },
      async create() {
        await putBlock(opening);
        await putBlock(closing);
        await commit();
      },
      async append(count) {
        const made = Array.from({ length: count }, () => recordText(name, records++)).join(',');
        const text = blocks.length === 0 ? made : `,${made}`;
        const block = { id: blockId('D', randomUUID().replaceAll('-', '')), text };
        await putBlock(block);
        blocks.push(block);
        await commit();
        return text;
      },
    };
  }

  async #send(
    name: string,
    query: Record<string, string>,
    body: string | Uint8Array = '',
    headers: Record<string, string> = {},
  ): Promise<void> {
    const path = name.split('/').map(encodeURIComponent).join('/');
    const sas = this.sas('rwdlac', FOREVER);
    const url = `${this.url}${path ? `/${path}` : ''}?${new URLSearchParams(query)}&${sas}`;
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'x-ms-version': VERSION, ...headers },
      body: typeof body === 'string' ? body : Buffer.from(body),
    });
    if (!response.ok) throw new Error(`${response.status} ${name}: ${await response.text()}`);
  }
}

const blockId = (kind: string, hex = '0'.repeat(32)): string =>
  Buffer.from(kind + hex).toString('base64');

const recordText = (name: string, i: number): string =>
  `{"time":"2026-03-04T10:${String(i % 60).padStart(2, '0')}:12.${String(i).padStart(7, '0')}Z","category":"FlowLogFlowEvent","of":"${name.slice(50)}",` +
  `"flowRecords":{"flows":[{"aclID":"x","flowGroups":[{"rule":"UserRule_a","flowTuples":["${1_772_618_400_000 + i},10.0.0.1,10.0.0.2,${i % 65536},443,6,O,B,NX,0,0,0,0"]}]}]}}`;
