import path from "node:path";

/** The checkout: the Pulumi project that the commands run. */
export const projectDirectory = path.dirname(import.meta.dirname);

/** A path as short as it can be said: from here, where it is below, else in full. */
export function pathForPeople(file: string): string {
  const fromHere = path.relative(process.cwd(), file);
  return fromHere === "" || fromHere.startsWith("..") || path.isAbsolute(fromHere)
    ? file
    : fromHere;
}
