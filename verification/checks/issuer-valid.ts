import { type Check, type ClusterSubject, failed, failedForGood, passed } from "./check.ts";
import { validity } from "./validity.ts";

export const issuerValid: Check<ClusterSubject> = {
  id: "issuer-valid",
  title: "issuer valid and signed by the trust anchor",
  applies: ({ status }) => status.reachable,
  run: ({ status: { issuer }, found }) => {
    const another = found
      ? "Install an issuer that a trust anchor of this cluster signed: https://linkerd.io/2/tasks/replacing_expired_certificates/"
      : undefined;
    if (issuer === undefined) {
      return failed(
        "there is no issuer certificate in Secret linkerd-identity-issuer",
        another ?? "Run `up`.",
      );
    }
    if (!issuer.chained) {
      return failedForGood(
        "no trust anchor of this cluster signed the issuer's certificate",
        another ??
          "Run `up`, which creates issuers from the trust anchor; then restart linkerd-identity.",
      );
    }
    const trouble = validity(issuer, new Date());
    const { expires, anchorExpires = expires } = issuer;
    const day = (time: string): string => time.slice(0, 10);
    const until =
      anchorExpires < expires
        ? `until ${day(anchorExpires)}, when its trust anchor expires; its own end is ${day(expires)}: ` +
          "rotate to a new anchor by then"
        : `until ${day(expires)}`;
    return trouble === undefined
      ? passed(until)
      : failedForGood(
          `the issuer's certificate ${trouble}`,
          another ?? "Run `up`, which recreates it.",
        );
  },
};
