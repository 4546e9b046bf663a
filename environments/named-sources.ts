import { readSources, sourcesVariable } from "../components/sources.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { readConfiguration, sourcesKey, type StackFile, writtenKey } from "./stacks.ts";

/** The sources file that the environment or the stack's configuration names. Undefined if neither does. */
export async function namedSources(
  stack: StackFile,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Sources | undefined> {
  const file = env[sourcesVariable] || (await configuredSources(stack));
  return file === undefined || file === "" ? undefined : readSources(file);
}

/** The sources file that the stack's configuration names. */
export async function configuredSources(stack: StackFile): Promise<string | undefined> {
  const { config } = await readConfiguration(stack);
  const configured = config[writtenKey(config, sourcesKey, stack.file)];
  return typeof configured === "string" ? configured : undefined;
}
