/** For receivers that write no files. */
export const NO_QUERIES = {
  writeParquet: (): Promise<never> => Promise.reject(new Error('this receiver writes no files')),
};
