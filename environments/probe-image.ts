import type { MadeFrom } from "../planning/sources/made-from.ts";
import type { Outputs } from "./state.ts";

/**
 * The image with which a verification sends traffic: `images.probe` of the sources that the stack was made
 * from. If the stack recorded none: that of the sources file that `LINKERD_TOPOLOGY_SOURCES` names. Otherwise
 * the verification chooses an image that the nodes have.
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
  // It loads Pulumi, which takes a second and which nothing else here needs.
  const { readSources } = await import("../components/sources.ts");
  return readSources(file).images?.probe;
}
