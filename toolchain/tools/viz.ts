import type { Artifact } from "../artifact.ts";
import type { GoProgram } from "../go-program.ts";
import { linkerdVersion } from "./linkerd.ts";

const module = "github.com/linkerd/linkerd2";

const program = (binary: string): GoProgram => ({
  module: "linkerd",
  binary,
  package: `${module}/viz/${binary}/cmd`,
  tags: ["prod"],
  variables: { [`${module}/pkg/version.Version`]: linkerdVersion },
});

/** The programs of linkerd-viz, except that of its page, whose front end would need a build of its own. */
export const linkerdViz: Artifact = {
  name: "linkerd-viz",
  version: linkerdVersion,
  programs: [program("metrics-api"), program("tap")],
};
