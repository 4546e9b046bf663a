import { execa } from "execa";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { builtVersion, factsOf } from "../../planning/linkerd/versions.ts";
import { type Artifact, oneProgram } from "../artifact.ts";

/** Linkerd's version, in the form of its image tags. */
export const linkerdVersion = builtVersion;

/** The artifact's folder with the charts. */
export const chartsFolder = "charts";

/** Linkerd's controller (all of its subcommands) and its charts. */
export const linkerd = linkerdAs(linkerdVersion);

/** The same programs and charts under the version of a release: tests upgrade from one version to the other. */
export function linkerdAs(version: string): Artifact {
  const chartVersion = factsOf(version).charts;
  return {
    name: "linkerd",
    version,
    programs: [
      {
        module: "linkerd",
        binary: "controller",
        package: "github.com/linkerd/linkerd2/controller/cmd",
        // Without this tag, Linkerd looks for the charts in a checkout of its repository.
        tags: ["prod"],
        variables: { "github.com/linkerd/linkerd2/pkg/version.Version": version },
      },
      { module: "linkerd", binary: "write-charts", package: "./charts" },
    ],
    inputs: [chartVersion],
    finish: async (folder) => {
      const writer = join(folder, "write-charts");
      const charts = join(folder, chartsFolder);
      await mkdir(charts);
      await execa(writer, [charts, version, chartVersion]);
      await rm(writer);
    },
  };
}

/** Linkerd's own command line. The product does not use it; the benchmark and the tests do. */
export const linkerdCli: Artifact = {
  name: "linkerd-cli",
  version: linkerdVersion,
  programs: [
    {
      module: "linkerd",
      binary: "linkerd",
      package: "github.com/linkerd/linkerd2/cli",
      tags: ["prod"],
      variables: { "github.com/linkerd/linkerd2/pkg/version.Version": linkerdVersion },
    },
  ],
};

/** The stand-in for Linkerd's programs that are not written in Go. */
export const noDataPlane = oneProgram("no-data-plane", linkerdVersion);

/** The workload of the end-to-end tests. */
export const probe = oneProgram("probe", "1");
