import { declareScenarios, SharedClusters } from "./scenario.ts";
import { changes } from "./three-clusters.scenarios/changes.ts";
import { failover } from "./three-clusters.scenarios/failover.ts";
import { hierarchical } from "./three-clusters.scenarios/hierarchical.ts";
import { mixed } from "./three-clusters.scenarios/mixed.ts";
import { verify } from "./three-clusters.scenarios/verify.ts";

// The first three begin with one topology. What follows differs little from the one before.
declareScenarios(import.meta.filename, new SharedClusters("three"), [
  hierarchical,
  verify,
  changes,
  mixed,
  failover,
]);
