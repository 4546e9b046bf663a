import { declareScenarios, SharedClusters } from "./scenario.ts";
import { badDays } from "./three-clusters.scenarios/bad-days.ts";
import { changes } from "./three-clusters.scenarios/changes.ts";
import { hierarchical } from "./three-clusters.scenarios/hierarchical.ts";
import { mixed } from "./three-clusters.scenarios/mixed.ts";

declareScenarios(
  import.meta.filename,
  new SharedClusters("three"),
  [
    // These begin with one topology, which has north on a network of its own. What bad days left is what
    // hierarchical looks at.
    badDays,
    hierarchical,
    changes,
    mixed,
  ],
  { loseState: true },
);
