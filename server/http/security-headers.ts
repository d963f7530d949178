import helmet from "helmet";

/**
 * The usual protections of pages, without those that speak of TLS: the server itself speaks plain HTTP, and a proxy that
 * ends TLS before it says `Strict-Transport-Security` itself. Pages load nothing from anywhere else.
 */
export const securityHeaders = helmet({
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
  },
});
