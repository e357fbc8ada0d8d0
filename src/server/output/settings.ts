import type { Severity } from '#core/alert/index.ts';
import type { FormatName } from '#core/output/index.ts';

/** What an output sends. */
export type What =
  | 'alerts'
  | 'incidents'
  /** Every row of a table; the rows that a KQL condition holds for. */
  | {
      readonly table: string;
      readonly where?: string | undefined;
      readonly from: 'now' | 'start';
      /** Of tables whose rows are replaced: for how long changes are sent. */
      readonly reviseMs?: number | undefined;
    }
  /** The answer of a query for one stretch of event time after another. */
  | {
      readonly query: string;
      readonly as: string;
      readonly everyMs: number;
      readonly settleMs: number;
      /** For how long after its end a stretch is looked at again, so that what changed is sent. */
      readonly reviseMs: number;
    };

/** A reference to a secret: `env:NAME` or `file:PATH`. */
export type SecretReference = string;

export interface CommonSettings {
  readonly name: string;
  readonly what: What;
  readonly format?: FormatName | undefined;
  /** Alerts and incidents below it are not sent. */
  readonly minSeverity: Severity;
  /** Messages a second at most. */
  readonly rate?: number | undefined;
}

export interface TlsSettings {
  /** PEM files. `ca` is trusted beside the usual ones. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

interface HttpSettings {
  readonly url: string;
  readonly tls?: TlsSettings | undefined;
}

export interface SyslogSettings extends CommonSettings {
  readonly kind: 'syslog';
  readonly host: string;
  readonly port: number;
  readonly transport: 'tls' | 'tcp';
  readonly tls?: TlsSettings | undefined;
  readonly framing: 'octet-counting' | 'lf';
  readonly rfc: 5424 | 3164;
  readonly facility: number;
  readonly app: string;
}

export interface HecSettings extends CommonSettings, HttpSettings {
  readonly kind: 'hec';
  readonly token: SecretReference;
  readonly index?: string | undefined;
  /** Waits until the indexers have it; needs a token with acknowledgement. */
  readonly acknowledge: boolean;
}

export interface ElasticSettings extends CommonSettings, HttpSettings {
  readonly kind: 'elastic';
  /** The data stream. */
  readonly stream: string;
  readonly apiKey: SecretReference;
}

export interface SentinelSettings extends CommonSettings, HttpSettings {
  readonly kind: 'sentinel';
  /** The immutable id of the data collection rule. */
  readonly rule: string;
  readonly stream: string;
  readonly tenant: string;
  readonly client: string;
  readonly secret: SecretReference;
  readonly loginUrl: string;
  readonly scope: string;
}

export interface WebhookSettings extends CommonSettings, HttpSettings {
  readonly kind: 'webhook';
  /** `whsec_…`: several, divided by spaces, while one replaces another. */
  readonly secret?: SecretReference | undefined;
}

export interface ParquetSettings extends CommonSettings {
  readonly kind: 'parquet';
  /** Where files go: this, or a container. */
  readonly folder?: string | undefined;
  /** URL of a container of Azure Blob Storage; its name when the login is a connection string. */
  readonly container?: string | undefined;
  /** Before the names of blobs. */
  readonly prefix?: string | undefined;
  /** One login of a container. */
  readonly connectionString?: SecretReference | undefined;
  readonly sas?: SecretReference | undefined;
  readonly accountKey?: SecretReference | undefined;
  readonly tls?: TlsSettings | undefined;
}

export interface SlackSettings extends CommonSettings {
  readonly kind: 'slack';
  /** The address is the secret. */
  readonly url: SecretReference;
}

export interface TeamsSettings extends CommonSettings {
  readonly kind: 'teams';
  readonly url: SecretReference;
}

export interface PagerdutySettings extends CommonSettings, HttpSettings {
  readonly kind: 'pagerduty';
  readonly routingKey: SecretReference;
}

export interface MailSettings extends CommonSettings {
  readonly kind: 'mail';
  readonly host: string;
  readonly port: number;
  readonly transport: 'tls' | 'starttls' | 'plain';
  readonly tls?: TlsSettings | undefined;
  readonly user?: string | undefined;
  readonly password?: SecretReference | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

export type OutputSettings =
  | SyslogSettings
  | HecSettings
  | ElasticSettings
  | SentinelSettings
  | WebhookSettings
  | ParquetSettings
  | SlackSettings
  | TeamsSettings
  | PagerdutySettings
  | MailSettings;
export type OutputKind = OutputSettings['kind'];
