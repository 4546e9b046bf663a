import { pluginDownloadURL } from "../repository.ts";
import type { Provider } from "../server/index.ts";
import { anchorsShared } from "./anchors-shared.ts";
import { clusterGuard, clusterIdentity } from "./cluster-identity.ts";
import { crdsCleanup, crdsKept } from "./crds.ts";
import { federatedReady } from "./federated-ready.ts";
import { injectorReady } from "./injector-ready.ts";
import { issuerReady } from "./issuer-ready.ts";
import { linkReady } from "./link-ready.ts";
import { mirrorCleanup } from "./mirror-cleanup.ts";
import { ownGateway } from "./own-gateway.ts";
import { proxiesCurrent } from "./proxies-current.ts";
import { releaseComplete } from "./release-complete.ts";
import { serviceExport } from "./service-export.ts";
import { trafficRoute } from "./traffic-route.ts";
import { trustStep } from "./trust-step.ts";
import { versionStep } from "./version-step.ts";
import { noOtherLinkerd } from "./no-other-linkerd.ts";

/** Gates, which exist once a mesh is in a certain state, and labels of exported Services. */
export const meshProvider: Provider = {
  name: "linkerd-topology",
  version: "0.1.0",
  description:
    "Waits for the signals that a Linkerd mesh gives, exports Services, and cleans up after a Link.",
  pluginDownloadURL,
  resources: [
    clusterIdentity,
    clusterGuard,
    injectorReady,
    linkReady,
    mirrorCleanup,
    ownGateway,
    serviceExport,
    trafficRoute,
    federatedReady,
    releaseComplete,
    crdsCleanup,
    crdsKept,
    noOtherLinkerd,
    trustStep,
    versionStep,
    proxiesCurrent,
    anchorsShared,
    issuerReady,
  ],
};
