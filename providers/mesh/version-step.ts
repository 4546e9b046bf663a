import { refusedStep } from "../../planning/linkerd/upgrade.ts";
import { edgeOf } from "../../planning/linkerd/versions.ts";
import { linkerdNamespace } from "../../planning/names.ts";
import type { Draft } from "../../planning/topology/shape.ts";
import type { Deployment } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { deploymentPath, destinationDeployment, versionLabel } from "../../linkerd/names.ts";
import type { CheckRequest, Context, Fail, Properties } from "../server/index.ts";
import { clusterApi } from "./cluster-api.ts";
import { gate } from "./gate.ts";
import { accessInputs, text } from "./inputs.ts";

const inputs = { ...accessInputs, version: text("Release of Linkerd, such as `edge-26.6.3`.") };

type Step = Properties<typeof inputs>;

export const versionStep = gate({
  name: "VersionStep",
  description:
    "Exists once Linkerd may go from the release that runs in a cluster to the wanted one. Whatever installs " +
    "the other release must depend on it.",
  inputs,
  outputs: {},
  check: refusedBefore,
  id: () => "version-step",
  create: async (step, context) => {
    await allowed(step, context);
    return {};
  },
});

/** Refuses what the release before rules out. A preview already reports it. */
function refusedBefore({ version }: Draft<Step>, fail: Fail, { olds }: CheckRequest): void {
  const former = olds["version"];
  const refused = refusal(typeof former === "string" ? former : "", version ?? "");
  if (refused !== undefined) fail(["version"], refused);
}

async function allowed(step: Step, { signal }: Context): Promise<void> {
  const api = await clusterApi(step, signal);
  const deployment = await getIfThere<Deployment>(
    api,
    deploymentPath(linkerdNamespace, destinationDeployment),
  );
  const running = deployment?.metadata.labels?.[versionLabel] ?? "";
  const refused = refusal(running, step.version);
  if (refused !== undefined) {
    throw new Error(`Linkerd at ${api.server} stays as it is: ${refused}`);
  }
}

/** Private builds have other names. Whoever builds them knows what they are. */
function refusal(from: string, to: string): string | undefined {
  return edgeOf(from) === undefined || edgeOf(to) === undefined ? undefined : refusedStep(from, to);
}
