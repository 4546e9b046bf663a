/**
 * The image that a verification sends traffic with, where `images.probe` of the sources file that
 * `LINKERD_TOPOLOGY_SOURCES` names has one; else the verification chooses one by what the nodes have.
 *
 * @throws what is wrong with the file
 */
export async function probeImageFrom(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const file = env["LINKERD_TOPOLOGY_SOURCES"];
  if (file === undefined || file === "") return undefined;
  // Pulumi comes with it, which takes a second to load and is needed by nobody else here.
  const { readSources } = await import("../components/sources.ts");
  return readSources(file).images?.probe;
}
