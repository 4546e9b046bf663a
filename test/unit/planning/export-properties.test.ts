import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { limits } from "../../../planning/limits.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import type { MirrorPlan, Plan } from "../../../planning/plan-types.ts";
import type { Topology } from "../../../planning/topology.ts";
import { exportingTopology } from "./arbitraries.ts";
import { withoutCluster } from "./smaller.ts";

const context = { name: "stack" };

function planned(topology: Topology): Plan {
  return planOrThrow(topology, context);
}

/** The plan of what is left; undefined where an export is not carried any more. */
function smaller(topology: Topology): Plan | undefined {
  const result = plan(topology, context);
  if (result.ok) return result.plan;
  for (const { path, message } of result.problems) {
    assert.match(path, /^exports/);
    assert.match(message, /^no Link carries/);
  }
  return undefined;
}

function mirrorsOf(found: Plan, isMeant: (mirror: MirrorPlan) => boolean): readonly MirrorPlan[] {
  return found.mirrors.filter(isMeant);
}

describe("exports of a valid topology", () => {
  it("lead to mirrors whose names are possible, and unique where they are", () => {
    fc.assert(
      fc.property(exportingTopology(), (topology) => {
        const { mirrors } = planned(topology);
        for (const { name, of } of mirrors) {
          assert.ok(name.length <= limits.dnsLabel && of.length > 0);
        }
        const places = mirrors.map(({ cluster, namespace, name }) =>
          [cluster, namespace, name].join(),
        );
        assert.equal(new Set(places).size, places.length);
      }),
      { numRuns: 60 },
    );
  });

  it("are each in a mirror of its kind, and in none of a cluster without a Link to theirs", () => {
    fc.assert(
      fc.property(exportingTopology(2), (topology) => {
        const { mirrors, exports, links } = planned(topology);
        const pairs = new Set(links.map(({ source, target }) => `${source} ${target}`));
        for (const { cluster, namespace, service, as } of exports) {
          const own = mirrors.filter(
            (mirror) =>
              mirror.namespace === namespace &&
              mirror.of.some((member) => member.cluster === cluster && member.service === service),
          );
          const kinds = own.map(({ kind }) => (kind.startsWith("headless") ? "gateway" : kind));
          assert.ok(kinds.includes(as), `${cluster} ${service} ${as}: ${kinds.join()}`);
          for (const mirror of own) {
            const isOwn = mirror.kind === "federated" && mirror.cluster === cluster;
            assert.ok(isOwn || pairs.has(`${mirror.cluster} ${cluster}`));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("change no address, no Link and no mirror of anything else when one comes or goes", () => {
    fc.assert(
      fc.property(exportingTopology(2), fc.nat(), (topology, position) => {
        const exports = topology.exports ?? [];
        const gone = exports[position % Math.max(exports.length, 1)];
        if (!gone) return;
        const all = planned(topology);
        const fewer = planned({ ...topology, exports: exports.filter((one) => one !== gone) });
        assert.deepEqual(fewer.clusters, all.clusters);
        assert.deepEqual(fewer.links, all.links);
        const isOther = ({ of }: MirrorPlan) => of.every(({ service }) => service !== gone.service);
        assert.deepEqual(mirrorsOf(fewer, isOther), mirrorsOf(all, isOther));
      }),
      { numRuns: 60 },
    );
  });

  it("keep their mirrors elsewhere when a Link comes or goes", () => {
    fc.assert(
      fc.property(exportingTopology(2), fc.nat(), (topology, position) => {
        const links = topology.links ?? [];
        const gone = links[position % Math.max(links.length, 1)];
        const sources = new Set([gone?.from ?? gone?.between ?? []].flat());
        const fewer = smaller({ ...topology, links: links.filter((link) => link !== gone) });
        const isElsewhere = ({ cluster }: MirrorPlan) => !sources.has(cluster);
        if (!fewer) return;
        assert.deepEqual(mirrorsOf(fewer, isElsewhere), mirrorsOf(planned(topology), isElsewhere));
      }),
      { numRuns: 60 },
    );
  });

  it("keep the mirrors of all others when a cluster comes or goes", () => {
    fc.assert(
      fc.property(exportingTopology(3), fc.nat(), (topology, position) => {
        const name = topology.clusters[position % topology.clusters.length]?.name ?? "";
        const fewer = smaller(withoutCluster(topology, name));
        const isOther = ({ cluster, of }: MirrorPlan) =>
          cluster !== name && of.every((member) => member.cluster !== name);
        if (!fewer) return;
        const kept = new Set(
          mirrorsOf(planned(topology), isOther).map((one) => JSON.stringify(one)),
        );
        const found = new Set(fewer.mirrors.map((one) => JSON.stringify(one)));
        for (const mirror of kept) assert.ok(found.has(mirror), mirror);
      }),
      { numRuns: 60 },
    );
  });
});
