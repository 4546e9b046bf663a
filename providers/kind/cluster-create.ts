import { rm } from "node:fs/promises";
import { type Context, type CreateResult, messageOf } from "../server/index.ts";
import { everythingMayPass, waitFor } from "../../kubernetes/wait.ts";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { finishCluster } from "./cluster-finish.ts";
import { nodesReady, openCluster } from "./cluster-state.ts";
import { timeLimits } from "./constants.ts";
import { findContainers, nodeNames, removeContainers } from "./containers.ts";
import type { Container } from "./container.ts";
import { setDnsTtl } from "./coredns.ts";
import { importArchives } from "./image-import.ts";
import { kindCreate } from "./kind-cli.ts";
import { kindConfig, nodeImage } from "./kind-config.ts";
import { PortTakenError } from "./kind-failure.ts";
import { withKubeletLog } from "./kubelet-log.ts";
import { kindsOwnKubeconfig, makeDirectory, removeKubeconfig } from "./kubeconfig-file.ts";
import { mayMakeWay } from "./make-way.ts";
import { readNodeProfile } from "./node-profile.ts";
import { checkDockerNetwork } from "./docker-network.ts";
import { foreignError, judge } from "./ownership.ts";
import { preflight } from "./preflight.ts";
import { configureMirrors } from "./registry-mirrors.ts";
import { rejoin } from "./rejoin.ts";
import { refuseOther, refuseRuin, RuinedClusterError } from "./ruin.ts";
import { startContainers } from "./start-containers.ts";
import { readMade, refuseElsewhere } from "./state-elsewhere.ts";

/** Creates the cluster, or completes what an interrupted create of the same owner left. */
export async function createCluster(
  inputs: ClusterInputs,
  context: Context,
): Promise<CreateResult> {
  const { signal } = context;
  const [containers, network] = await Promise.all([
    findContainers(inputs.name, expectedNodes(inputs), signal),
    checkDockerNetwork(inputs.network, inputs.owner, signal),
  ]);
  const verdict = judge(containers, inputs);
  if (verdict.is === "foreign") throw foreignError(inputs.name, verdict.containers);
  const made = await refuseIfElsewhere(inputs, containers, signal);
  // A finished cluster is used or refused, unless it is of another generation that may be removed.
  if (made !== undefined && (made.generation === inputs.generation || !mayMakeWay(made))) {
    refuseOther(inputs, made);
    refuseRuin(inputs, containers);
    return adopt(inputs, made, await rejoin(containers, network, context), context);
  }
  // Whatever can be known to fail must fail before the former generation is removed.
  const [profile] = await Promise.all([
    readNodeProfile(nodeImage(inputs), signal),
    preflight(inputs, containers, signal),
  ]);
  try {
    if (containers.length > 0) {
      context.status(
        verdict.is === "older"
          ? "removing the former generation"
          : "removing an unfinished cluster",
      );
      await removeContainers(containers, timeLimits.clusterDelete);
    }
    return await buildTwiceAtMost(inputs, kindConfig(inputs, profile), context);
  } catch (error) {
    await cleanUp(inputs, context);
    throw error;
  }
}

function expectedNodes(inputs: ClusterInputs): string[] {
  return nodeNames(inputs.name, inputs.controlPlanes, inputs.workers);
}

/**
 * A cluster whose state is elsewhere may be neither taken over nor recreated, even if it is stopped.
 *
 * @returns the inputs of the cluster; undefined if it wasn't finished
 */
async function refuseIfElsewhere(
  { name, kubeconfigPath: own }: ClusterInputs,
  containers: readonly Container[],
  signal: AbortSignal,
): Promise<ClusterInputs | undefined> {
  const made = await readMade(containers, signal);
  refuseElsewhere(
    made.flatMap(({ kubeconfigPath }) =>
      kubeconfigPath === own ? [] : [{ name, made: kubeconfigPath, own }],
    ),
  );
  return made[0];
}

/**
 * The existing cluster, which an earlier run finished without telling the engine.
 *
 * @throws RuinedClusterError if it isn't sound
 */
async function adopt(
  inputs: ClusterInputs,
  made: ClusterInputs,
  found: readonly Container[],
  context: Context,
): Promise<CreateResult> {
  const { signal } = context;
  const { name } = inputs;
  try {
    const containers = await startContainers(found, context);
    context.status("taking over the cluster of an earlier run");
    const access = await openCluster(containers, timeLimits.apiServerAnswers, signal);
    await nodesReady(access.api, containers, signal);
    const outputs = await finishCluster(inputs, containers, access, context, made);
    return { id: name, outputs };
  } catch (error) {
    signal.throwIfAborted();
    const mend = `Repair it (\`docker logs ${found[0]?.name ?? name}\` tells more) and run this again`;
    throw new RuinedClusterError(name, `it does not work: ${messageOf(error)}`, mend, {
      cause: error,
    });
  }
}

async function buildTwiceAtMost(
  inputs: ClusterInputs,
  config: string,
  context: Context,
): Promise<CreateResult> {
  try {
    return await build(inputs, config, context);
  } catch (error) {
    // If kind chooses the API server's port, two simultaneous creates may choose the same.
    const ours = [
      ...inputs.extraPortMappings.map(({ hostPort }) => hostPort),
      inputs.options?.apiServerPort,
    ].some((port) => error instanceof PortTakenError && port === error.port);
    if (!(error instanceof PortTakenError) || ours) throw error;
    await cleanUp(inputs, context);
    return build(inputs, config, context);
  }
}

/** Runs kind, and meanwhile everything that need not wait for kind's end. */
async function build(
  inputs: ClusterInputs,
  config: string,
  context: Context,
): Promise<CreateResult> {
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  const kubeconfig = kindsOwnKubeconfig(inputs.kubeconfigPath);
  await makeDirectory(inputs.kubeconfigPath);
  await Promise.all([rm(kubeconfig, { force: true }), rm(`${kubeconfig}.lock`, { force: true })]);

  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const kind = kindCreate({
    name: inputs.name,
    config,
    network: inputs.network,
    kubeconfig,
    signal,
    onStep: (step) => {
      context.status(`${step.slice(0, 1).toLowerCase()}${step.slice(1)}`);
      // From here on containerd runs on every node with its final configuration.
      if (/^Starting control-plane/i.test(step)) begin();
    },
  });
  const nodes = Promise.race([begun, kind]).then(() => findContainers(inputs.name, [], signal));
  const loaded = nodes.then(async (containers) => {
    await configureMirrors(containers, inputs.registryMirrors, signal);
    await importArchives(containers, inputs.imageArchives, signal);
  });
  const access = nodes.then((containers) =>
    openCluster(containers, timeLimits.clusterCreate, signal),
  );
  const dns = access.then(({ api }) =>
    setDnsTtl(api, inputs.dnsTtlSeconds, { fresh: true, signal }),
  );
  const parts = [kind, loaded, dns];
  try {
    // The first failure stops the rest.
    await Promise.all(parts).catch((error: unknown) => {
      failure.abort(error);
      throw error;
    });
    const opened = await access;
    context.status("waiting for the nodes to be Ready");
    await nodesReady(opened.api, await nodes, signal);
    const outputs = await finishCluster(inputs, await nodes, opened, context, inputs);
    return { id: inputs.name, outputs };
  } catch (error) {
    context.signal.throwIfAborted();
    throw await withKubeletLog(error, inputs.name);
  } finally {
    await Promise.allSettled([...parts, access]);
    await rm(kubeconfig, { force: true });
  }
}

/**
 * Nothing may stay of a failed create, because the engine forgets it. The second look is for containers that
 * Docker was still creating when kind was stopped: they appear a moment later.
 */
async function cleanUp(inputs: ClusterInputs, context: Context): Promise<void> {
  context.status("cleaning up");
  try {
    let emptyLooks = 0;
    await waitFor({
      what: `the end of the containers of the cluster ${inputs.name}`,
      limit: timeLimits.clusterDelete,
      longest: 250,
      mayPass: everythingMayPass,
      look: async () => {
        const left = await findContainers(inputs.name, []);
        if (judge(left, inputs).is === "foreign") return { done: true, value: undefined };
        await removeContainers(left, timeLimits.clusterDelete);
        emptyLooks = left.length === 0 ? emptyLooks + 1 : 0;
        if (emptyLooks > 1) return { done: true, value: undefined };
        return { done: false, seen: left.map(({ name }) => name).join(", ") };
      },
    });
    await removeKubeconfig(inputs.kubeconfigPath);
  } catch (error) {
    context.log(
      "warning",
      `could not clean up after the failure (${messageOf(error)}). The next create does it, or ` +
        `\`kind delete cluster --name ${inputs.name}\`.`,
    );
  }
}
