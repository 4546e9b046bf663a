import { type Check, type ClusterSubject, failed, kubectl, notRun, passed } from "./check.ts";

export const podsGetProxies: Check<ClusterSubject> = {
  id: "pods-get-proxies",
  title: "new pods get their proxies",
  applies: ({ status }) => status.reachable,
  run: ({ status: { injection }, status }) =>
    injection.unasked !== undefined
      ? notRun(injection.unasked)
      : injection.injects
        ? passed(injection.seen)
        : failed(
            `the API server answers a dry run with ${injection.seen}`,
            `Look with: ${kubectl(status, "-n linkerd logs deploy/linkerd-proxy-injector -c proxy-injector")}`,
          ),
};
