import { defaults } from "../../planning/defaults.ts";
import { dockerEndpoint, whyOutOfReach } from "../../system/docker-endpoint.ts";
import type { PreflightCheck } from "./check.ts";

/** A daemon on another machine must publish the API servers where this one reaches them. */
export const checkRemoteDocker: PreflightCheck = async ({ missing, env }) => {
  if (missing.length === 0) return [];
  const endpoint = await dockerEndpoint(env);
  return missing.flatMap(({ name, options }) => {
    const why = whyOutOfReach(endpoint, options?.apiServerAddress ?? defaults.listenAddress);
    return why === undefined ? [] : [`cluster ${name}: ${why}`];
  });
};
