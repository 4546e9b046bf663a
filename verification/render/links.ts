import type { ClusterStatus, LinkStatus, MirrorStatus } from "../status.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

export function renderLinks(
  links: readonly LinkStatus[],
  clusters: readonly ClusterStatus[],
  style: Style,
): string {
  const standIn = (name: string): boolean =>
    clusters.some((cluster) => cluster.name === name && cluster.dataPlane === "none");
  const head = ["Link", "Mode", "Service mirror", "Gateway", "Mirrors"];
  return table(
    head,
    links.map((link) => [
      `${link.source} → ${link.target}`,
      link.mode,
      serviceMirror(link, style),
      gateway(link, standIn(link.target), style),
      mirrors(link, style),
    ]),
    style,
  );
}

/** A revoked account is meant to be refused. */
function serviceMirror(
  { access, present, serviceMirror: { takenUp } }: LinkStatus,
  style: Style,
): string {
  if (access.revoked) {
    return takenUp ? style.bad("revoked, still let in") : style.warn("revoked: cut off");
  }
  return takenUp ? style.good("works on it") : style.bad(present ? "not taken up" : "no Link");
}

function gateway(
  { gateway: { state, latencyMilliseconds } }: LinkStatus,
  standIn: boolean,
  style: Style,
): string {
  switch (state) {
    case "alive": {
      const latency = latencyMilliseconds === undefined ? "" : `, ${latencyMilliseconds} ms`;
      return standIn ? style.warn(`stand-in answers${latency}`) : style.good(`alive${latency}`);
    }
    case "not alive":
      return style.bad("not alive");
    case "unknown":
      return style.warn("unknown");
    case "not applicable":
      return style.dim("not applicable");
  }
}

function mirrors({ access, mirrors: list }: LinkStatus, style: Style): string {
  if (list.length === 0) return "none";
  // Linkerd wrote this before it was cut off.
  const stale = access.revoked ? [style.warn("as they were last:")] : [];
  return [...stale, ...list.map((mirror) => lineOf(mirror, style))].join("\n");
}

function lineOf(
  { namespace, service, mirror, mirrored, kind, endpoints, reason }: MirrorStatus,
  style: Style,
): string {
  if (mirror === undefined) return style.bad(`${namespace}/${service}: ${reason ?? "missing"}`);
  const to = endpoints.length === 0 ? "" : ` → ${endpoints.join(", ")}`;
  const line = `${namespace}/${mirror} (${kind})${to}`;
  return mirrored === false && kind !== "headless"
    ? style.bad(`${line}: ${reason ?? "not mirrored"}`)
    : line;
}
