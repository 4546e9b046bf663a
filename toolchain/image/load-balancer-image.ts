import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolders, keyOf, type ImageContext } from "./context.ts";
import { debianKey, ensureDebianLayer, loadBalancerSystem } from "./debian.ts";
import { dockerInspect, dockerLoad, dockerRemove } from "./docker-images.ts";
import { goModule } from "./go-module.ts";
import type { ImageConfig } from "./image-archive.ts";
import { layerOfTar, writeLayer } from "./layer.ts";

/** Docker label with the key of the image. Envoy's own has none. */
const label = "dev.linkerd-topology.load-balancer";

const program = join(import.meta.dirname, "load-balancer", "envoy.sh");
const kindsModule = join(import.meta.dirname, "..", "go", "kind");

/**
 * Builds the image that kind runs as the load balancer of several control planes: a Debian system with HAProxy,
 * under the name of Envoy's image. kind has no option for another name.
 *
 * If Docker has an image of that name that was not built here, it is left alone.
 *
 * @returns its reference
 * @throws with what could not be built and the output about it.
 */
export async function ensureLoadBalancerImage(context: ImageContext): Promise<string> {
  const { env } = context;
  const kind = await goModule(kindsModule, "sigs.k8s.io/kind", env);
  const constants = join(kind, "pkg", "cluster", "internal", "loadbalancer", "const.go");
  const reference = imageIn(await readFile(constants, "utf8"));
  const key = keyOf({
    debian: debianKey(loadBalancerSystem),
    program: await readFile(program, "utf8"),
  });
  const found = await dockerInspect(reference, `{{index .Config.Labels "${label}"}}`, env);
  if (found !== undefined && (isForeign(found) || found === key)) return reference;

  context.onProgress?.(`making ${reference} of HAProxy`);
  const debian = await layerOfTar(await ensureDebianLayer(context, loadBalancerSystem));
  const { work } = imageFolders(context.cache);
  await mkdir(work, { recursive: true });
  const here = await mkdtemp(join(work, "load-balancer-"));
  try {
    const own = await writeLayer(
      [{ path: "usr/local/bin/envoy", file: program, mode: 0o755 }],
      join(here, "own.tar"),
    );
    // The former one would stay without a name.
    if (found !== undefined) await dockerRemove(reference, env);
    await dockerLoad([{ reference, layers: [debian, own], config: configOf(key) }], env);
  } finally {
    await rm(here, { recursive: true, force: true });
  }
  return reference;
}

/** kind starts a shell in it, which ignores the signal that Docker stops containers with by default. */
function configOf(key: string): ImageConfig {
  return {
    Env: ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    StopSignal: "SIGKILL",
    Labels: { [label]: key },
  };
}

/** Docker prints "<no value>" for the missing key of a map whose values are not strings. */
function isForeign(found: string): boolean {
  return found.trim() === "" || found.trim() === "<no value>";
}

/**
 * The image that kind starts, from its own source.
 *
 * @throws if that source says none: such a kind is unknown here.
 */
export function imageIn(source: string): string {
  const [, image] = /^const Image = "([^"\s]+)"$/m.exec(source) ?? [];
  if (image?.includes("/envoy:") === true) return image;
  throw new Error(
    `kind's load balancer is ${image ?? "not named in its source"}, and not Envoy: this kind is unknown here`,
  );
}
