import type { Role } from "./given-parts.ts";

/** What is publicly reachable now. */
export interface Reach {
  /** kind's node images. */
  readonly node: boolean;
  /** Linkerd's images. */
  readonly linkerd: boolean;
  /**
   * Kubernetes' own images: the gateway's pause container and the image that verification sends traffic
   * with.
   */
  readonly pause: boolean;
  /** Linkerd's chart repository. */
  readonly charts: boolean;
  /** The Gateway API's releases. */
  readonly gatewayApi: boolean;
}

/** Where each part comes from. */
export interface SourcesPlan {
  readonly node: "public" | "given" | "built";
  /** `stand-ins`: real Go controllers, and programs without traffic in place of the rest. */
  readonly linkerd: "public" | "given" | "stand-ins";
  readonly pause: "public" | "given" | "built";
  readonly probe: "public" | "given" | "built";
  readonly prometheus: "public" | "given" | "built";
  readonly jaeger: "public" | "given" | "built";
  readonly viz: "public" | "given" | "built";
  readonly loadBalancer: "public" | "built";
  readonly charts: "public" | "built";
  readonly gatewayApi: "public" | "built";
  readonly dataPlane: "real" | "none";
  /** Notes about the provided images, for people to read. */
  readonly notes: readonly string[];
}

/**
 * Returns true if any container registry is reachable. A single unreachable registry is another matter.
 */
export function reachesRegistry({ node, linkerd, pause }: Reach): boolean {
  return node || linkerd || pause;
}

/** Decides for each part: provided images first, then public ones, then built ones. */
export function planSources(given: ReadonlySet<Role>, reach: Reach): SourcesPlan {
  const pick = (role: Role, reachable: boolean) =>
    given.has(role) ? "given" : reachable ? "public" : "built";
  const linkerd = linkerdFrom(given, reach.linkerd);
  return {
    node: pick("node", reach.node),
    linkerd,
    pause: pick("pause", reach.pause),
    probe: pick("probe", reach.pause),
    // Docker's own registry has them, as it has the node image.
    prometheus: pick("prometheus", reach.node),
    jaeger: pick("jaeger", reach.node),
    // Its page can't be built, and linkerd-viz works without it.
    viz:
      given.has("metrics-api") && given.has("tap")
        ? "given"
        : linkerd !== "stand-ins" && reach.linkerd && reach.charts
          ? "public"
          : "built",
    // Another public registry has it, which nobody asks: whoever wants none of it need not wait for its answer.
    loadBalancer: reach.node && reach.charts ? "public" : "built",
    charts: reach.charts ? "public" : "built",
    gatewayApi: reach.gatewayApi ? "public" : "built",
    dataPlane: linkerd === "stand-ins" ? "none" : "real",
    notes: linkerd === "stand-ins" ? halfGiven(given, "no reachable registry has it") : [],
  };
}

function linkerdFrom(given: ReadonlySet<Role>, reachable: boolean): SourcesPlan["linkerd"] {
  const [controller, proxy] = [given.has("controller"), given.has("proxy")];
  if (controller && proxy) return "given";
  // The other image is pulled.
  if (reachable) return controller || proxy ? "given" : "public";
  // A real proxy gets no policy from a stand-in and never becomes ready, so both are real or neither
  // is.
  return "stand-ins";
}

/** Returns the note about a single one of Linkerd's two images, which is not used. */
export function halfGiven(given: ReadonlySet<Role>, because: string): string[] {
  if (given.has("controller") === given.has("proxy")) return [];
  const [has, lacks] = given.has("proxy") ? ["proxy", "controller"] : ["controller", "proxy"];
  return [
    `IMAGES has Linkerd's ${has} image and not its ${lacks} image, and ${because}: ` +
      `so stand-ins replace both and there is no data plane. Add the ${lacks} image of the same version`,
  ];
}

/** Returns true if everything is public, so that no sources file is needed. */
export function isPublic(plan: SourcesPlan): boolean {
  const { node, linkerd, pause, probe, prometheus, jaeger, viz, charts, gatewayApi } = plan;
  return [node, linkerd, pause, probe, prometheus, jaeger, viz, charts, gatewayApi].every(
    (from) => from === "public",
  );
}
