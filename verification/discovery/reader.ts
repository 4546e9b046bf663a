/**
 * Reads something, or notes that it could not be read.
 *
 * @param what in words
 * @param right that it takes, as what follows "no right to"
 */
export type Reader = <T>(what: string, right: string, asked: Promise<T>) => Promise<T | undefined>;
