/** What an Azure resource id tells of where an observer is. */
export interface AzurePlace {
  readonly scope: string;
  readonly network: string;
  readonly subnet: string;
}

/**
 * Reads `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V[/subnets/N]`, in any case.
 * Scope is S in lower case, network `g/v`, subnet `g/v/n`, as Traffic Analytics prints them.
 */
export function placeOfResource(id: string): AzurePlace {
  const parts = id.split('/');
  const after = (name: string) => {
    const i = parts.findIndex((part) => part.toLowerCase() === name);
    return i < 0 ? '' : (parts[i + 1] ?? '').toLowerCase();
  };
  const group = after('resourcegroups');
  const vnet = after('virtualnetworks');
  const subnet = after('subnets');
  const network = vnet && `${group}/${vnet}`;
  return {
    scope: after('subscriptions'),
    network,
    subnet: network && subnet && `${network}/${subnet}`,
  };
}

/** The region in a flow log's id (`…/NETWORKWATCHERS/NETWORKWATCHER_WESTEUROPE/FLOWLOGS/…`), in lower case. */
export function regionOfFlowLog(id: string): string {
  return (
    /\/networkwatchers\/networkwatcher_([a-z0-9]+)(?:\/|$)/i.exec(id)?.[1]?.toLowerCase() ?? ''
  );
}

/** `0022480A0B0C` or `00:22:48:0a:0b:0c` as `00-22-48-0A-0B-0C`; other text as it stands. */
export function printMac(text: string): string {
  const hex = text.replace(/[-:.]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(hex) ? hex.match(/../g)!.join('-') : text;
}

/** The labels that Traffic Analytics shows for the encryption field. Source: Microsoft, "Virtual network flow logs". */
export const ENCRYPTION_LABELS: Readonly<Record<string, string>> = {
  X: 'Encrypted',
  NX: 'Unencrypted',
  NX_HW_NOT_SUPPORTED: 'Unsupported hardware',
  NX_SW_NOT_READY: 'Software not ready',
  NX_NOT_ACCEPTED: 'Drop due to no encryption',
  NX_NOT_SUPPORTED: 'Discovery not supported',
  NX_LOCAL_DST: 'Destination on same host',
  NX_FALLBACK: 'Fall back to no encryption',
};
