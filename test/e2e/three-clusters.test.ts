import { declareScenarios, SharedClusters } from "./scenario.ts";
import { hierarchical } from "./three-clusters.scenarios/hierarchical.ts";
import { verify } from "./three-clusters.scenarios/verify.ts";

// One topology: what follows differs little from the one before, and is brought up in place.
declareScenarios(import.meta.filename, new SharedClusters("three"), [hierarchical, verify]);
