import { accessRevoked } from "./access-revoked.ts";
import type { Check, ClusterSubject, LinkSubject, MeshSubject } from "./check.ts";
import { clusterAnswers } from "./cluster-answers.ts";
import { controlPlaneReady } from "./control-plane-ready.ts";
import { federatedComplete } from "./federated-complete.ts";
import { gatewayAlive, gatewayAnswers } from "./gateway-answers.ts";
import { headlessNames } from "./headless-names.ts";
import { headlessPorts } from "./headless-ports.ts";
import { issuerValid } from "./issuer-valid.ts";
import { linkTakenUp } from "./link-taken-up.ts";
import { mirrorNamesUnique } from "./mirror-names-unique.ts";
import { mirrorsComplete } from "./mirrors-complete.ts";
import { multiclusterReady } from "./multicluster-ready.ts";
import { noOrphanedMirrors } from "./no-orphaned-mirrors.ts";
import { nodesReady } from "./nodes-ready.ts";
import { podRoutesLeadBothWays } from "./pod-routes-lead-both-ways.ts";
import { podRoutesReady } from "./pod-routes-ready.ts";
import { ownGatewayServes } from "./own-gateway-serves.ts";
import { plannedMirrors } from "./planned-mirrors.ts";
import { podsGetProxies } from "./pods-get-proxies.ts";
import { podsHaveProxies } from "./pods-have-proxies.ts";
import { routesAsPlanned } from "./routes-as-planned.ts";
import { subnetsAsPlanned } from "./subnets-as-planned.ts";
import { targetDiscovered } from "./target-discovered.ts";
import { trustAnchorShared } from "./trust-anchor-shared.ts";
import { vizReady } from "./viz-ready.ts";

/** Every check, by its kind of subject. */
export interface Catalogue {
  readonly mesh: readonly Check<MeshSubject>[];
  readonly cluster: readonly Check<ClusterSubject>[];
  readonly link: readonly Check<LinkSubject>[];
}

/** The checks at the end of an `up`. To add a check, write one small file and one line here. */
export const catalogue: Catalogue = {
  mesh: [trustAnchorShared, mirrorNamesUnique, plannedMirrors, federatedComplete],
  cluster: [
    clusterAnswers,
    nodesReady,
    subnetsAsPlanned,
    podRoutesReady,
    controlPlaneReady,
    podsGetProxies,
    podsHaveProxies,
    multiclusterReady,
    ownGatewayServes,
    vizReady,
    issuerValid,
    noOrphanedMirrors,
    routesAsPlanned,
  ],
  link: [
    podRoutesLeadBothWays,
    linkTakenUp,
    targetDiscovered,
    gatewayAnswers,
    gatewayAlive,
    mirrorsComplete,
    headlessNames,
    headlessPorts,
    accessRevoked,
  ],
};
