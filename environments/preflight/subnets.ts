import { subnetsOverlap } from "../../planning/cidr.ts";
import { takenSubnets } from "./docker-networks.ts";
import type { PreflightCheck } from "./check.ts";

/** Pods could not reach a Docker network with their own cluster's subnet. */
export const checkSubnets: PreflightCheck = async ({ missing, env }) => {
  if (missing.length === 0) return [];
  const taken = await takenSubnets(env);
  return missing.flatMap((cluster) =>
    (["podSubnet", "serviceSubnet"] as const).flatMap((kind) =>
      taken
        .filter(({ subnet }) => subnetsOverlap(cluster[kind], subnet))
        .map(
          ({ network, subnet }) =>
            `cluster ${cluster.name}: its ${kind} ${cluster[kind]} overlaps with ${subnet} of the ` +
            `Docker network "${network}": choose another ${kind} or slot, or remove that network`,
        ),
    ),
  );
};
