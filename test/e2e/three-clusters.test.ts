import { declareScenarios, SharedClusters } from "./scenario.ts";
import { access } from "./three-clusters.scenarios/access.ts";
import { changes } from "./three-clusters.scenarios/changes.ts";
import { failover } from "./three-clusters.scenarios/failover.ts";
import { federated } from "./three-clusters.scenarios/federated.ts";
import { flat } from "./three-clusters.scenarios/flat.ts";
import { hierarchical } from "./three-clusters.scenarios/hierarchical.ts";
import { mixed } from "./three-clusters.scenarios/mixed.ts";
import { policy } from "./three-clusters.scenarios/policy.ts";
import { verify } from "./three-clusters.scenarios/verify.ts";

declareScenarios(import.meta.filename, new SharedClusters("three"), [
  // These begin with one topology, which has north on a network of its own.
  hierarchical,
  verify,
  changes,
  // Each of these differs little from the one before it.
  mixed,
  failover,
  // From here on all are on one network.
  federated,
  access,
  policy,
  flat,
]);
