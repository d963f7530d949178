import fc from "fast-check";

const dates = fc
  .date({ min: new Date("1970-01-01T00:00:00Z"), max: new Date("2099-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** Texts of each format of JSON Schema (2020-12 validation, §7.3) that is told from others by its form. */
export const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "date-time": dates,
  date: dates.map((date) => date.slice(0, 10)),
  time: dates.map((date) => date.slice(11)),
  email: fc.emailAddress(),
  hostname: fc.domain(),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6(),
  uri: fc.webUrl(),
  "uri-reference": fc.webUrl(),
  uuid: fc.uuid(),
};
