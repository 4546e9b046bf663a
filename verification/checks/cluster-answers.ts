import { type Check, type ClusterSubject, failed, passed } from "./check.ts";

export const clusterAnswers: Check<ClusterSubject> = {
  id: "cluster-answers",
  title: "the API server answers",
  run: ({ status, found }) =>
    status.problems.length === 0
      ? passed(status.kubernetesVersion)
      : failed(
          status.problems.join("; "),
          status.reachable
            ? "Check what the kubeconfig's user may do in the cluster."
            : found
              ? "Check that the cluster runs, and that the kubeconfig and its context lead to it from this machine."
              : "Check that its node containers run (docker ps -a) and that the kubeconfig is the cluster's; `up` repairs both.",
        ),
};
