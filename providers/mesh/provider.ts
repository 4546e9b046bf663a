import type { Provider } from "../server/index.ts";
import { definitionsCleanup } from "./definitions-cleanup.ts";
import { federatedReady } from "./federated-ready.ts";
import { injectorReady } from "./injector-ready.ts";
import { linkReady } from "./link-ready.ts";
import { mirrorCleanup } from "./mirror-cleanup.ts";
import { serviceExport } from "./service-export.ts";
import { releaseComplete } from "./release-complete.ts";
import { vacancy } from "./vacancy.ts";

/** Gates, which exist once a mesh is in a certain state, and labels of Services that are exported. */
export const meshProvider: Provider = {
  name: "linkerd-topology",
  version: "0.1.0",
  description:
    "Waits for the signals that a Linkerd mesh gives, exports Services, and tidies up behind a Link.",
  resources: [
    injectorReady,
    linkReady,
    mirrorCleanup,
    serviceExport,
    federatedReady,
    releaseComplete,
    definitionsCleanup,
    vacancy,
  ],
};
