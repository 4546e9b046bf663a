import type { ChartValues } from "./values.ts";

const controllerResources = {
  cpu: { limit: "", request: "100m" },
  memory: { limit: "250Mi", request: "50Mi" },
};

/**
 * Linkerd's high availability, per chart: three replicas on three nodes, resource requests, disruption
 * budgets, and no pod without its proxy. The charts contain it as a file of values, which a release from a
 * repository can't name.
 */
export const highAvailability: {
  readonly controlPlane: ChartValues;
  readonly multicluster: ChartValues;
  readonly viz: ChartValues;
} = {
  controlPlane: {
    highAvailability: true,
    controllerReplicas: 3,
    enablePodAntiAffinity: true,
    enablePodDisruptionBudget: true,
    controller: { podDisruptionBudget: { maxUnavailable: 1 } },
    deploymentStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: "25%" } },
    webhookFailurePolicy: "Fail",
    controllerResources,
    destinationResources: controllerResources,
    proxyInjectorResources: controllerResources,
    spValidatorResources: controllerResources,
    identityResources: {
      cpu: controllerResources.cpu,
      memory: { limit: "250Mi", request: "10Mi" },
    },
    proxy: {
      resources: { cpu: { request: "100m" }, memory: { limit: "250Mi", request: "20Mi" } },
    },
  },
  multicluster: { gateway: { replicas: 3 }, enablePodAntiAffinity: true },
  viz: {
    enablePodAntiAffinity: true,
    enablePodDisruptionBudget: true,
    tap: { replicas: 3, resources: controllerResources },
    dashboard: { resources: controllerResources },
  },
};
