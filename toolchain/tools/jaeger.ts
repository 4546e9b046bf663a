import { jaegerVersion } from "../../planning/observability/names.ts";
import type { Artifact } from "../artifact.ts";

/** Jaeger with storage in memory and without its pages, which would need a front end's build. */
export const jaeger: Artifact = {
  name: "jaeger",
  version: jaegerVersion,
  programs: [
    {
      module: "jaeger",
      binary: "jaeger",
      variables: {
        "github.com/jaegertracing/jaeger/internal/version.latestVersion": `v${jaegerVersion}`,
      },
    },
  ],
};
