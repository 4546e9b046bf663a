import { declareScenarios, SharedClusters } from "./scenario.ts";
import { access } from "./three-clusters.nightly.scenarios/access.ts";
import { failover } from "./three-clusters.nightly.scenarios/failover.ts";
import { federated } from "./three-clusters.nightly.scenarios/federated.ts";
import { flat } from "./three-clusters.nightly.scenarios/flat.ts";
import { observability } from "./three-clusters.nightly.scenarios/observability.ts";
import { policy } from "./three-clusters.nightly.scenarios/policy.ts";
import { recreated } from "./three-clusters.nightly.scenarios/recreated.ts";
import { tracing } from "./three-clusters.nightly.scenarios/tracing.ts";
import { verify } from "./three-clusters.nightly.scenarios/verify.ts";
import { viz } from "./three-clusters.nightly.scenarios/viz.ts";

declareScenarios(import.meta.filename, new SharedClusters("night"), [
  // Here north is on a network of its own.
  verify,
  recreated,
  failover,
  // From here on all are on one network. Each differs little from the one before it.
  federated,
  access,
  policy,
  flat,
]);

// They install a Prometheus in every cluster: clusters of their own, so that the others' stay as they are.
declareScenarios(import.meta.filename, new SharedClusters("observed"), [
  observability,
  tracing,
  viz,
]);
