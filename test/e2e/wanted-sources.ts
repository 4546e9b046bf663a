import { writeFile } from "node:fs/promises";
import path from "node:path";
import { readSources, sourcesVariable } from "../../components/sources.ts";
import { completeSources } from "../../toolchain/sources.ts";
import type { Wants } from "../../toolchain/sources-parts.ts";

/**
 * Adds parts to the sources that the runner of the tests makes, which lack them because most tests don't want them. The
 * rest of this process uses the sources with them.
 *
 * @param directory gets a file with the sources
 */
export async function bringSources(directory: string, wants: Wants): Promise<void> {
  const given = process.env[sourcesVariable] ?? "";
  if (given === "") return;
  const env = process.env as Record<string, string>;
  const file = path.join(directory, "sources.json");
  await writeFile(file, JSON.stringify(await completeSources(readSources(given), { env, wants })));
  process.env[sourcesVariable] = file;
}
