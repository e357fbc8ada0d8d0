import type { FeedFormat } from '../feed.ts';
import { adguard } from './adguard.ts';
import { anomali } from './anomali.ts';
import { cif } from './cif.ts';
import { csv } from './csv.ts';
import { dshield } from './dshield.ts';
import { feodo } from './feodo.ts';
import { hosts } from './hosts.ts';
import { json } from './json.ts';
import { maltrail } from './maltrail.ts';
import { malwarebazaar } from './malwarebazaar.ts';
import { misp } from './misp.ts';
import { otx } from './otx.ts';
import { plain } from './plain.ts';
import { recordedFuture } from './recorded-future.ts';
import { rpz } from './rpz.ts';
import { spamhausDrop } from './spamhaus-drop.ts';
import { sslbl } from './sslbl.ts';
import { stix } from './stix.ts';
import { threatfox } from './threatfox.ts';
import { threatq } from './threatq.ts';
import { urlhaus } from './urlhaus.ts';
import { webPage } from './web-page.ts';
import { zeekIntel } from './zeek-intel.ts';

/** Every format, in the order in which they are asked: what names a source comes before what fits many. */
export const FEED_FORMATS: readonly FeedFormat[] = [
  webPage,
  stix,
  misp,
  threatfox,
  urlhaus,
  feodo,
  malwarebazaar,
  sslbl,
  spamhausDrop,
  otx,
  anomali,
  cif,
  threatq,
  recordedFuture,
  zeekIntel,
  dshield,
  rpz,
  hosts,
  adguard,
  maltrail,
  json,
  csv,
  plain,
];
