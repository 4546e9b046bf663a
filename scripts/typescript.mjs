/**
 * TypeScript's own compiler of version 7, from the root of the project. Its package has an alias: the one called
 * typescript is version 5, which is the last whose API programs can use, and whose command has the same name.
 */
export const compiler = "node_modules/typescript-7/bin/tsc";
