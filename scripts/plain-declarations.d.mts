/**
 * Files of declarations that entries lead to.
 *
 * @returns text by path, without zod
 */
export declare function publishedDeclarations(
  entries: readonly string[],
  read: (file: string) => string,
): Map<string, string>;

/**
 * The same declarations without zod: each type is what its schema says, and the schemas are left out.
 *
 * @throws Error for what can be said in zod and not here
 */
export declare function plainDeclarations(text: string): string;
