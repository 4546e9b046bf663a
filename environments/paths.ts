import path from "node:path";

/** The checkout: the Pulumi project that the commands run. */
export const projectDirectory = path.dirname(import.meta.dirname);

/** The shortest form of a path: relative if it is below the working directory, else absolute. */
export function pathForPeople(file: string): string {
  const fromHere = path.relative(process.cwd(), file);
  return fromHere === "" || fromHere.startsWith("..") || path.isAbsolute(fromHere)
    ? file
    : fromHere;
}
