import { prometheusVersion } from "../../planning/observability/names.ts";
import type { Artifact } from "../artifact.ts";
import type { GoProgram } from "../go-program.ts";

const version = "github.com/prometheus/common/version.Version";

const program = (name: string): GoProgram => ({
  module: "prometheus",
  binary: name,
  package: `github.com/prometheus/prometheus/cmd/${name}`,
  // Without the clients of clouds, it compiles in a fraction of the time.
  tags: ["netgo", "remove_all_sd", "enable_kubernetes_sd"],
  variables: { [version]: prometheusVersion },
});

/** Prometheus without its own pages, which would need a front end's build: it serves its API. */
export const prometheus: Artifact = {
  name: "prometheus",
  version: prometheusVersion,
  programs: [program("prometheus")],
};

/** Checks configurations and alerts. Tests use it, the product doesn't. */
export const promtool: Artifact = {
  name: "promtool",
  version: prometheusVersion,
  programs: [program("promtool")],
};
