// Doubles of the providers for a program that runs in another process, and the components for real. It prints what
// PULUMI_DEBUG_PROVIDERS has to be, and ends with its standard input.
import { linkerdTopology } from "../../../plugin/provider.ts";
import { serveDoubles } from "../doubles.ts";
import { World } from "../world.ts";

const { components } = linkerdTopology;
const { debugProviders } = await serveDoubles(new World(), { tls: true, components });
process.stdout.write(`${debugProviders}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
