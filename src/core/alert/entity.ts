/**
 * Kinds of entities, by Sentinel's names (Microsoft Learn, "Microsoft Sentinel entity types reference").
 */
export const ENTITY_TYPES = [
  'Account',
  'Host',
  'IP',
  'DNS',
  'URL',
  'AzureResource',
  'CloudApplication',
  'File',
  'FileHash',
  'Malware',
  'Process',
  'IoTDevice',
  'Mailbox',
  'MailMessage',
  'MailCluster',
  'SubmissionMail',
  'RegistryKey',
  'RegistryValue',
  'SecurityGroup',
] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/** What part an entity plays in what was found. */
export type EntityRole = 'actor' | 'target' | 'related';

export interface Entity {
  readonly type: EntityType;
  /** By Sentinel's identifier names: IP {Address}, Host {HostName}, DNS {DomainName}, Account {Name}, URL {Url}, … */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly role: EntityRole;
  /** True for what one owns; undefined where that is not known. */
  readonly isInside?: boolean;
}

/** `IP 10.1.2.3`: the same for the same entity, whatever its role. Identifiers are sorted by name; case is kept. */
export function entityKey(entity: Pick<Entity, 'type' | 'identifiers'>): string {
  const values = Object.keys(entity.identifiers)
    .sort()
    .map((name) => entity.identifiers[name]);
  return `${entity.type} ${values.join(' ')}`;
}

/** An address as an entity. */
export function ipEntity(address: string, role: EntityRole, isInside?: boolean): Entity {
  return {
    type: 'IP',
    identifiers: { Address: address },
    role,
    ...(isInside === undefined ? {} : { isInside }),
  };
}
