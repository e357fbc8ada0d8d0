/**
 * Sources that look at some packets only and do not write how many: by the value of Flows.Source, one in about how many.
 * Their counters are scaled up already.
 * Source: Google, "VPC Flow Logs": packets leaving and entering a virtual machine are sampled at a rate that changes and
 * cannot be set, about one in 30.
 */
export const UNWRITTEN_SAMPLING: Readonly<Record<string, number>> = { 'gcp-vpc': 30 };
