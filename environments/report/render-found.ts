import type { FoundMesh } from "../found-mesh.ts";
import { printableIn } from "../../system/printable.ts";
import type { Style } from "../../verification/render/style.ts";
import { columns } from "../../verification/render/table.ts";

/** The clusters and Links of a discovered mesh that others made. */
export function renderFound(
  { discovery, observed }: Pick<FoundMesh, "discovery" | "observed">,
  style: Style,
): string {
  const { topology, links } = printableIn(discovery);
  const clusters = printableIn(observed).map(
    ({ context, kubernetesVersion, linkerd, gateways }, index): string[] => [
      topology.clusters[index]?.name ?? "",
      [
        `context ${context}`,
        `Kubernetes ${kubernetesVersion ?? "unknown"}`,
        linkerd === undefined
          ? "no Linkerd"
          : `Linkerd ${linkerd.version ?? "of an unknown release"}`,
        ...gateways.map(({ type }) => `gateway by ${type}`),
      ].join(", "),
    ],
  );
  const edges = links.map(({ source, target, mode, link }): string[] => [
    `${source} → ${target}`,
    [
      mode,
      ...(link.gateway === undefined
        ? []
        : [`${link.gateway.addresses.join(",")}:${link.gateway.port}`]),
      link.controller?.deployment ?? "no service mirror",
    ].join(", "),
  ]);
  return [
    style.bold("found"),
    columns([...clusters, ...edges], { width: style.width, indent: "  " }),
  ].join("\n");
}

/** What was guessed, and what couldn't be read. */
export function renderNotes(notes: readonly string[], style: Style): string {
  return columns(
    printableIn(notes).map((note) => [style.warn("!"), note]),
    { width: style.width },
  );
}
