import { access } from "./one-network.scenarios/access.ts";
import { federated } from "./one-network.scenarios/federated.ts";
import { flat } from "./one-network.scenarios/flat.ts";
import { policy } from "./one-network.scenarios/policy.ts";
import { declareScenarios, SharedClusters } from "./scenario.ts";

// Clusters of their own: all of these are on one network.
declareScenarios(import.meta.filename, new SharedClusters("one"), [
  flat,
  access,
  policy,
  federated,
]);
