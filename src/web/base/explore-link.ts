/** The address of Explore with a query in it, which runs when it opens. */
export const exploreHref = (kql: string): string => `/explore?q=${encodeURIComponent(kql)}`;

/** Longer addresses are cut off by servers and mail programs. */
export const LONGEST_LINK = 8000;
