import { isLocalDocker } from "../../system/docker-endpoint.ts";
import { whyNotMountable } from "../../system/host-paths.ts";
import type { PreflightCheck } from "./check.ts";

/** What nodes mount from this machine must exist. Another machine can't be inspected. */
export const checkMounts: PreflightCheck = async ({ missing, env }) => {
  const mounts = missing.flatMap(({ name, options }) =>
    (options?.extraMounts ?? []).map(({ hostPath }) => ({ name, hostPath })),
  );
  if (mounts.length === 0 || !(await isLocalDocker(env))) return [];
  const problems = await Promise.all(
    mounts.map(async ({ name, hostPath }) => {
      const reason = await whyNotMountable(hostPath);
      return reason === undefined
        ? []
        : [
            `cluster ${name}: ${hostPath} can't be mounted: ${reason}: create it, or correct the hostPath in ` +
              "its extraMounts",
          ];
    }),
  );
  return [...new Set(problems.flat())];
};
