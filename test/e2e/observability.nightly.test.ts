import { declareScenarios, SharedClusters } from "./scenario.ts";
import { observability } from "./three-clusters.scenarios/observability.ts";

// Clusters of its own: with every push its steps are proved by the resource graph and by Prometheus' own tool.
declareScenarios(import.meta.filename, new SharedClusters("observed"), [observability]);
