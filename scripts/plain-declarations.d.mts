/**
 * Files of declarations that an entry leads to.
 *
 * @returns text by path, without zod
 */
export declare function publishedDeclarations(
  entry: string,
  read: (file: string) => string,
): Map<string, string>;

/**
 * The same declarations without zod: each type is what its schema says, and the schemas are left out.
 *
 * @throws Error for what can be said in zod and not here
 */
export declare function plainDeclarations(text: string): string;
