import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lookToAdopt } from "../../../../planning/adoption/look.ts";
import { discover } from "../../../../planning/discovery/discover.ts";
import { asFound } from "../../../../planning/discovery/found-plan.ts";
import { planAsFound, planOrThrow } from "../../../../planning/plan.ts";
import type { LinkPlan, Plan } from "../../../../planning/plan-types.ts";
import { exportingTopology } from "../arbitraries.ts";
import { observationsOf } from "./observed.ts";

const byEnds = (one: LinkPlan, other: LinkPlan): number =>
  `${one.source} ${one.target}`.localeCompare(`${other.source} ${other.target}`);

/** What of a plan can be seen in clusters, whoever made them. */
function seen(plan: Plan) {
  const { links, mirrors, clusters, linkerd, trust } = plan;
  return {
    clusters: clusters.map(({ name, clusterDomain, trustDomain, targets, sources }) => {
      return { name, clusterDomain, trustDomain, targets, sources };
    }),
    // A cluster that exists has its own order of subnets, and a Link its ends.
    links: links
      .toSorted(byEnds)
      .map(({ source, target, name, mode, headless, selectors, gateway, ...rest }) => ({
        source,
        target,
        name,
        mode,
        headless,
        selectors,
        excludedLabels: rest.excludedLabels,
        excludedAnnotations: rest.excludedAnnotations,
        accessAccount: rest.accessAccount,
        gateway: gateway && {
          addresses: gateway.addresses,
          port: gateway.port,
          probePort: gateway.probePort,
          identity: gateway.identity,
          serviceType: gateway.serviceType,
        },
      })),
    mirrors,
    version: linkerd.version,
    trustDomain: trust.domain,
  };
}

test("discover gives back what a topology makes, and `up` with that can adopt it", () => {
  fc.assert(
    fc.property(exportingTopology(1, 8), (topology) => {
      const plan = planOrThrow(topology, { name: "lab" });
      const observed = observationsOf(plan);
      const { topology: found, notes, links } = discover(observed);
      const back = planAsFound(found, { name: "lab" });
      assert.deepEqual(back.problems, []);
      assert.ok(back.plan);
      assert.deepEqual(seen(asFound(back.plan, links)), seen(plan));
      assert.equal(back.plan.adopted, true);
      const { obstacles, changes } = lookToAdopt(back.plan, observed, { links });
      assert.deepEqual([obstacles, changes], [[], []]);
      // Nothing in the plan is a guess, except networks.
      const guesses = notes.filter(({ kind, at }) => kind === "guess" && at.at(-1) !== "network");
      assert.deepEqual(guesses, []);
    }),
    { numRuns: 200 },
  );
});
