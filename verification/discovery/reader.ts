/**
 * Reads something, or notes that it couldn't be read.
 *
 * @param what in words
 * @param right the right that it needs, as the text after "no right to"
 */
export type Reader = <T>(what: string, right: string, asked: Promise<T>) => Promise<T | undefined>;
