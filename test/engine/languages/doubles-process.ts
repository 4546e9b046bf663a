// Doubles of the providers for a program that runs in another process, and the components for real. It prints what
// PULUMI_DEBUG_PROVIDERS has to be, and ends with its standard input.
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { linkerdTopology as plugin } from "../../../plugin/provider.ts";
import type { startServer } from "../../../providers/server/index.ts";
import { serveDoubles } from "../doubles.ts";
import { World } from "../world.ts";

/** The folder of the code: the checkout's, or dist/ of an installed package. */
const [folder = path.resolve(import.meta.dirname, "../../.."), suffix = ".ts"] =
  process.argv.slice(2);
const load = (module: string): Promise<unknown> =>
  import(pathToFileURL(path.join(folder, `${module}${suffix}`)).href);

const { linkerdTopology } = (await load("plugin/provider")) as { linkerdTopology: typeof plugin };
const { startServer: start } = (await load("providers/server/index")) as {
  startServer: typeof startServer;
};
const { components } = linkerdTopology;
const { debugProviders } = await serveDoubles(new World(), { tls: true, components, start });
process.stdout.write(`${debugProviders}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
