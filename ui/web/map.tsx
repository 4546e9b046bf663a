import type { ClusterView, LinkView, PageModel } from "../model.ts";
import { useMedia } from "./hooks.ts";
import { milliseconds, rate } from "./format.ts";
import { hashOf } from "./state.ts";

const looks: Readonly<Record<LinkView["state"], string>> = {
  alive: "alive",
  "not alive": "dead",
  unknown: "unknown",
  "cut off": "cut",
};

/** Clusters and Links. Each leads to its details; a thicker line carries more requests. */
export function MeshMap({ model }: { readonly model: PageModel }) {
  const isNarrow = useMedia("(max-width: 640px)");
  const { width, height, clusters, networks, links } = model.maps[isNarrow ? "narrow" : "wide"];
  const clusterOf = new Map(model.clusters.map((one) => [one.name, one]));
  const linkOf = new Map(model.links.map((one) => [one.id, one]));
  return (
    <figure class="map">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label="Map of the clusters and their Links"
      >
        {networks.map((box) => (
          <g key={box.name} class="network">
            <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="14" />
            <text x={box.x + 12} y={box.y + 15}>
              network {box.name}
            </text>
          </g>
        ))}
        {links.map(({ id, path, arrow }) => {
          const link = linkOf.get(id);
          return (
            link && (
              <a
                key={id}
                href={hashOf({ kind: "link", id })}
                class={`link ${looks[link.state]}`}
                aria-label={linkWords(link)}
              >
                <title>{linkWords(link)}</title>
                <path class="near" d={path} />
                <path class="line" d={path} stroke-width={lineWidth(link)} />
                <polygon points={arrow} />
              </a>
            )
          );
        })}
        {clusters.map((box) => {
          const cluster = clusterOf.get(box.name);
          return (
            cluster && (
              <a
                key={box.name}
                href={hashOf({ kind: "cluster", id: box.name })}
                class={`cluster ${cluster.health}`}
                aria-label={`${box.name}: ${clusterWords(cluster)}`}
              >
                <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="9" />
                <text class="name" x={box.x + box.width / 2} y={box.y + box.height / 2 - 3}>
                  {box.name}
                </text>
                <text class="words" x={box.x + box.width / 2} y={box.y + box.height / 2 + 14}>
                  {clusterWords(cluster)}
                </text>
              </a>
            )
          );
        })}
      </svg>
      <figcaption>
        <span class="key alive">alive</span>
        <span class="key dead">not alive</span>
        <span class="key unknown">unknown</span>
        <span class="key cut">cut off</span>
        <span>Arrows lead from source to target.</span>
      </figcaption>
    </figure>
  );
}

function lineWidth({ traffic }: LinkView): number {
  return 1.6 + Math.min(4, Math.log10(1 + (traffic?.perSecond ?? 0)) * 1.3);
}

function clusterWords({ reachable, health }: ClusterView): string {
  if (!reachable) return "✕ no answer";
  return { well: "✓ in order", failing: "✕ failing", unknown: "? unknown" }[health];
}

function linkWords({ id, mode, state, traffic, latencyMilliseconds }: LinkView): string {
  return [
    `Link ${id}`,
    mode,
    state,
    ...(traffic === undefined ? [] : [rate(traffic.perSecond)]),
    ...(latencyMilliseconds === undefined ? [] : [`gateway ${milliseconds(latencyMilliseconds)}`]),
  ].join(", ");
}
