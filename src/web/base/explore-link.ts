/** The address of Explore with a query in it, which runs when it opens; of several queries the one of this index. */
export const exploreHref = (kql: string, index = 0): string =>
  `/explore?q=${encodeURIComponent(kql)}${index > 0 ? `&n=${index}` : ''}`;

/** Longer addresses are cut off by servers and mail programs. */
export const LONGEST_LINK = 8000;
