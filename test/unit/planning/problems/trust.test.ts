import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

checkProblems("trust", [
  [
    "an issuer that outlives the anchor",
    { clusters: pair, trust: { anchorLifetimeHours: 100, issuerLifetimeHours: 200 } },
    "trust.issuerLifetimeHours: 200 hours are longer than the trust anchor lives (100), and without it an issuer proves nothing (write at most 100, or a longer anchorLifetimeHours)",
  ],
  [
    "renewal from the beginning",
    {
      clusters: pair,
      trust: {
        anchorLifetimeHours: 1000,
        anchorEarlyRenewalHours: 1000,
        issuerLifetimeHours: 24,
        issuerEarlyRenewalHours: 48,
      },
    },
    "trust.anchorEarlyRenewalHours: 1000 hours before the end of 1000 the certificate would not exist yet: each up would make it anew (write less than 1000)",
    "trust.issuerEarlyRenewalHours: 48 hours before the end of 24 the certificate would not exist yet: each up would make it anew (write less than 24)",
  ],
]);
