import { PROVIDER_ASNS } from './generated/provider-asns.ts';

/** A network operator whose addresses Weir names. */
export interface Provider {
  readonly name: string;
  /** True where the operator's public addresses count as AzurePublic. */
  readonly isMicrosoft: boolean;
}

const byAsn = new Map<number, Provider>(
  PROVIDER_ASNS.flatMap(([name, asns]) => {
    const provider = Object.freeze({ name, isMicrosoft: name === 'Microsoft' });
    return asns.map((asn) => [asn, provider] as const);
  }),
);

/**
 * Who announces from this autonomous system; undefined for operators that Weir does not name. This says who runs an
 * address, not which service or region it is: the provider's own list of ranges says that, and wins where it is given.
 * Customers who bring their own addresses may announce them from these systems too.
 */
export const providerOfAsn = (asn: number): Provider | undefined => byAsn.get(asn);
