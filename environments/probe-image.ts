import type { MadeFrom } from "../planning/sources/made-from.ts";
import type { Outputs } from "./state.ts";

/**
 * The image that a verification sends traffic with: `images.probe` of the sources that the stack was made from.
 * Of a stack that recorded none it is that of the sources file that `LINKERD_TOPOLOGY_SOURCES` names. Else the
 * verification chooses one by what the nodes have.
 *
 * @throws what is wrong with the file
 */
export async function probeImageOf(
  outputs: Outputs,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const madeFrom = outputs["madeFrom"] as MadeFrom | undefined;
  if (madeFrom !== undefined) return madeFrom.sources.images?.probe;
  const file = env["LINKERD_TOPOLOGY_SOURCES"];
  if (file === undefined || file === "") return undefined;
  // Pulumi comes with it, which takes a second to load and is needed by nobody else here.
  const { readSources } = await import("../components/sources.ts");
  return readSources(file).images?.probe;
}
