import type { KubernetesApi } from "../kubernetes/api.ts";
import { isConflict } from "../kubernetes/errors.ts";
import { deleteIfThere } from "../kubernetes/optional.ts";
import type { Deployment } from "../kubernetes/objects.ts";
import { corePath, deploymentPath } from "./names.ts";
import { isRollingOut } from "../kubernetes/rollout.ts";

const restartedAt = "kubectl.kubernetes.io/restartedAt";

/**
 * Recreates a Deployment's pods, one after the other, as `kubectl rollout restart` does.
 *
 * @param since when the fault was first seen. A later restart had the same reason: one restart repairs all
 *   Links of a source, and each of them asks for it.
 * @returns false during a rollout, which another restart would only begin again
 */
export async function restartDeployment(
  api: KubernetesApi,
  namespace: string,
  name: string,
  since: Date,
): Promise<boolean> {
  const path = deploymentPath(namespace, name);
  const deployment = await api.get<Deployment>(path);
  const { metadata, spec } = deployment;
  const last = spec?.template?.metadata?.annotations?.[restartedAt];
  if (last !== undefined && new Date(last) > since) return true;
  if (isRollingOut(deployment)) return false;
  const annotations = { [restartedAt]: new Date().toISOString() };
  const { resourceVersion } = metadata;
  try {
    // Sends the version that was seen: of several simultaneous callers only one restarts the Deployment.
    await api.patch(path, {
      metadata: { resourceVersion },
      spec: { template: { metadata: { annotations } } },
    });
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return restartDeployment(api, namespace, name, since);
  }
}

/** Deletes a pod, which its controller then recreates. */
export async function restartPod(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<true> {
  await deleteIfThere(api, corePath(namespace, "pods", name));
  return true;
}

/** Decides when a repair is due: once, and only for a fault that has lasted. */
export class OnceAfter {
  readonly #patience: number;
  #since: Date | undefined;
  #spent = false;

  /** @param patience in milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** @param ails whether the fault was just seen */
  isDue(ails: boolean): boolean {
    if (!ails) this.#since = undefined;
    if (!ails || this.#spent) return false;
    const now = new Date();
    this.#since ??= now;
    this.#spent = now.getTime() - this.#since.getTime() >= this.#patience;
    return this.#spent;
  }

  /** The repair wasn't possible now, so it is due again. */
  retry(): void {
    this.#spent = false;
  }

  /** When the fault was first seen. */
  get since(): Date {
    return this.#since ?? new Date();
  }
}
