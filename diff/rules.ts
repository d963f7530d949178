import type { Verdict } from "./change.ts";

/** A rule has one verdict, or one for what a client sends and one for what it gets. */
export interface Rule {
  /** What is changed, for the table of rules. */
  readonly about: string;
  readonly any?: Verdict;
  readonly request?: Verdict;
  readonly response?: Verdict;
}

const nothing = "Nothing.";

const table = {
  // Documents
  "document-added": anyway("A document exists in NEW only", safe("Nobody relied on it.")),
  "document-removed": anyway(
    "A document exists in OLD only",
    breaking("Everything that it promised is gone.", "Stay with the old version, or find out what takes its place."),
  ),
  "documentation-changed": anyway(
    "Texts for people: summaries, descriptions, titles, examples, tags, contact, versions",
    safe("Nothing on the wire depends on it."),
  ),
  "component-changed": anyway(
    "A component's name, or a component that no operation and no message uses",
    safe(
      "Names of components are not on the wire; what is used of them is compared where it is used.",
      "Generated types may be named otherwise; the compiler says where.",
    ),
  ),
  "keyword-changed": anyway(
    "A keyword that has no rule here",
    risky("No rule says what it does to a client.", "Read both documents at that place."),
  ),
  "server-added": anyway("A server", safe("The servers known so far are as they were.")),
  "server-removed": anyway(
    "A server is gone, or at another address or protocol",
    risky("Who calls it there may find nobody.", "Check the address that you call."),
  ),

  // Operations
  "operation-added": anyway("An operation", safe("Nobody called it.")),
  "operation-removed": anyway(
    "An operation is gone; see the deprecation policy for announced removals",
    breaking(
      "Calls of it fail.",
      "Stop calling it; its deprecation notice names what takes its place, where it had one.",
    ),
  ),
  "operation-gone": anyway(
    "An operation only says that it is gone (`x-deprecation.state`); the deprecation policy applies",
    breaking("Calls of it answer 410.", "Call what `x-deprecation.replacement` names."),
  ),
  "operation-renamed": anyway(
    "`operationId`",
    risky(
      "It is not on the wire, but generated clients name their functions after it.",
      "Rename calls of generated functions.",
    ),
  ),
  "path-parameter-renamed": anyway(
    "The name of a part of a path or of a channel's address",
    risky(
      "It is not on the wire, but generated clients take it by name.",
      "Rename the argument in calls of generated functions.",
    ),
  ),
  deprecated: anyway(
    "Something is marked as deprecated",
    safe("It works as before.", "Plan to move to what takes its place before the sunset."),
  ),
  undeprecated: anyway("A deprecation is taken back", safe("It works as before.")),
  "sunset-moved-up": anyway(
    "The sunset of something deprecated is earlier",
    risky("Whoever planned with the announced date is late.", "Move before the new date."),
  ),
  "sunset-postponed": anyway("The sunset of something deprecated is later, or lifted", safe("There is more time.")),
  "rate-limit-changed": anyway(
    "`x-rate-limit`",
    risky("Calls may be counted in another way.", "Check that you heed `Retry-After` there."),
  ),
  "gate-added": anyway(
    "`x-gate`: an operator may turn the operation off",
    risky("It may be absent from a server.", "Be ready for 404 where the server has it off."),
  ),
  "gate-removed": anyway("`x-gate` is gone", safe("It is on every server.")),

  // Parameters and bodies
  "parameter-added": anyway("An optional parameter", safe("Calls without it work as before.")),
  "required-parameter-added": anyway(
    "A required parameter",
    breaking("Calls without it are refused.", "Send the parameter."),
  ),
  "parameter-removed": anyway(
    "A parameter is gone",
    risky("Who sends it is no longer heeded, or refused.", "Stop sending it, and check that you can do without."),
  ),
  "parameter-became-required": anyway(
    "A parameter must be sent",
    breaking("Calls without it are refused.", "Always send the parameter."),
  ),
  "parameter-became-optional": anyway("A parameter may be left out", safe("Calls with it work as before.")),
  "serialization-changed": anyway(
    "How a value is written: `style`, `explode`, `allowReserved`, `content` instead of `schema`, a binding's method",
    breaking("The same value is another text on the wire.", "Write the value in the new form."),
  ),
  "encoding-changed": anyway(
    "`encoding` of a part of a form",
    risky("A part may have to be sent as another media type.", "Check the parts of the forms that you send."),
  ),
  "request-body-added": anyway("An optional request body", safe("Calls without one work as before.")),
  "required-request-body-added": anyway(
    "A required request body",
    breaking("Calls without one are refused.", "Send a body."),
  ),
  "request-body-removed": anyway(
    "A request body is gone",
    breaking("What calls say in it is not read any more.", "Stop sending it, and check that you can do without."),
  ),
  "request-body-became-required": anyway(
    "A request body must be sent",
    breaking("Calls without one are refused.", "Send a body."),
  ),
  "request-body-became-optional": anyway("A request body may be left out", safe("Calls with one work as before.")),
  "media-type-added": directed(
    "A media type",
    safe("The others are still taken."),
    safe("It comes to who asks for it, with `Accept`; the others still do."),
  ),
  "media-type-removed": directed(
    "A media type is gone",
    breaking("Bodies of that type are refused.", "Send another type."),
    breaking("Who reads that type gets another one, or 406.", "Ask for another type, and read it."),
  ),

  // Responses
  "success-status-added": anyway(
    "A status below 400",
    risky(
      "A client that knows each status of success meets a new one.",
      "Handle it as another success, and check its body.",
    ),
  ),
  "success-status-removed": anyway(
    "A status below 400 is gone",
    breaking("The success that a client waits for has another status.", "Handle the statuses that are declared now."),
  ),
  "error-status-added": anyway(
    "A status from 400 on, or `default`",
    safe(
      "Clients treat a status that they do not know as the first of its class (RFC 9110 §15).",
      "Nothing; a message of its own for the new error may be kind to people.",
    ),
  ),
  "error-status-removed": anyway(
    "A status from 400 on, or `default`, is gone",
    risky("What that status told is told otherwise, or not at all.", "Check code that waits for it."),
  ),
  "header-added": anyway("A response header", safe("Clients ignore headers that they do not know.")),
  "header-removed": anyway(
    "An optional response header is gone",
    risky("It could be absent before, but now it always is.", "Check code that reads it."),
  ),
  "required-header-removed": anyway(
    "A response header that always came is gone",
    breaking("Clients may rely on it.", "Do without the header."),
  ),
  "header-became-optional": anyway(
    "A response header may be absent",
    breaking("Clients may rely on it.", "Be ready for its absence."),
  ),
  "header-became-required": anyway("A response header always comes", safe("It could come before.")),
  "link-added": anyway("A link", safe("Clients follow links that they know.")),
  "link-changed": anyway(
    "A link is changed or gone",
    risky("Who follows it may not arrive.", "Check code that follows it, or build the call yourself."),
  ),

  // Security
  "credentials-accepted": anyway(
    "Another way to authenticate, or none needed",
    safe("The ways known so far still work."),
  ),
  "credentials-refused": anyway(
    "A way to authenticate is gone, or more is needed",
    breaking(
      "Calls with those credentials alone are refused.",
      "Authenticate in one of the ways that are declared now.",
    ),
  ),
  "security-scheme-changed": anyway(
    "Where or how a credential is got: OAuth flows, the OpenID provider's address",
    breaking("Credentials got in the old way may not work.", "Get your credentials in the new way."),
  ),
  "scope-raised": anyway(
    "`x-scope`: a stronger credential is needed",
    breaking("Keys of the old scope are refused.", "Use a key of the new scope."),
  ),
  "scope-lowered": anyway("`x-scope`: a weaker credential is enough", safe("The keys that worked still do.")),

  // Channels and messages
  "channel-added": anyway("A channel", safe("Nobody was connected to it.")),
  "channel-removed": anyway(
    "A channel is gone, or at another address",
    breaking("Connecting to it fails.", "Connect to the channel that takes its place."),
  ),
  "message-added": directed(
    "A message",
    safe("Nobody sent it."),
    risky("A client that knows each message meets a new one.", "Ignore messages that you do not know."),
  ),
  "message-removed": directed(
    "A message is gone; the deprecation policy applies",
    breaking("Who sends it is refused.", "Send what takes its place."),
    breaking("Who waits for it waits for ever.", "Wait for what takes its place."),
  ),
  "message-content-type-changed": anyway(
    "The content type of a message",
    breaking("The same message is other bytes on the wire.", "Write and read the new type."),
  ),
  "error-code-added": anyway(
    "A code that a message can be refused with",
    risky("A client that knows each code meets a new one.", "Treat codes that you do not know as a failure."),
  ),
  "error-code-removed": anyway("A message is no longer refused with a code", safe("It just does not come.")),
  "close-code-added": anyway(
    "A close code",
    risky("A client that knows each code meets a new one.", "Look at `reconnect`, and handle the code."),
  ),
  "close-code-removed": anyway(
    "A close code is gone",
    risky("What it told is told otherwise, or not at all.", "Check code that waits for it."),
  ),
  "reconnect-forbidden": anyway(
    "Connecting again is of no use after a close code where it was",
    breaking("A client that connects again as it was told is closed again and again.", "Stop after this code."),
  ),
  "reconnect-allowed": anyway(
    "Connecting again is of use after a close code where it was not",
    risky("A client that stops as it was told stays away for nothing.", "Connect again after this code."),
  ),

  // Schemas: types and values
  "type-changed": directed(
    "Values are of other types",
    breaking("What was sent so far is refused.", "Send values of the new type."),
    breaking("What comes cannot be read as before.", "Read values of the new type."),
  ),
  "type-narrowed": directed(
    "Values of a type are gone",
    breaking("Values of that type are refused.", "Send values of the types that are left."),
    safe("Such values just do not come."),
  ),
  "type-widened": directed(
    "Values may be of another type too",
    safe("The values accepted so far still are."),
    breaking("Values come that a client cannot read.", "Read values of the new type too."),
  ),
  "null-refused": directed(
    "`null` is no longer a value",
    breaking("`null` is refused.", "Leave the value out, or send one."),
    safe("`null` just does not come."),
  ),
  "null-allowed": directed(
    "`null` is a value too",
    safe("The values accepted so far still are."),
    breaking("`null` comes where there always was a value.", "Be ready for `null`."),
  ),
  "enum-value-added": directed(
    "A value of an enumeration",
    safe("The values accepted so far still are."),
    risky("A client that knows each value meets a new one.", "Have a case for values that you do not know."),
  ),
  "enum-value-removed": directed(
    "A value of an enumeration is gone",
    breaking("That value is refused.", "Send one of those that are left."),
    safe("That value just does not come."),
  ),
  "enum-replaced": directed(
    "No value of an enumeration or constant is left",
    breaking("Every value sent so far is refused.", "Send one of the new values."),
    breaking("Every value that a client knows is gone.", "Read the new values."),
  ),
  "enum-added": directed(
    "Only listed values are allowed where any were",
    breaking("Values that are not listed are refused.", "Send listed values."),
    safe("The values that come could come before."),
  ),
  "enum-lifted": directed(
    "Any values are allowed where only listed ones were",
    safe("The listed values still are accepted."),
    risky("A client that knows each value meets others.", "Have a case for values that you do not know."),
  ),
  "bound-tightened": directed(
    "A bound of numbers, lengths, items, properties or frames allows less",
    breaking("Values beyond it are refused.", "Stay within the new bound."),
    safe("The values that come could come before."),
  ),
  "bound-loosened": directed(
    "A bound of numbers, lengths, items, properties or frames allows more",
    safe("The values accepted so far still are."),
    breaking("Values come that could not come before.", "Make room for values up to the new bound."),
  ),
  "multiple-changed": directed(
    "`multipleOf`, where neither number divides the other",
    breaking("Most values sent so far are refused.", "Send multiples of the new number."),
    breaking("Values come that could not come before.", "Read multiples of the new number."),
  ),
  "format-narrowed": directed(
    "`format` is set, or a narrower one",
    breaking("Values of another form are refused.", "Send values of that format."),
    safe("The values that come could come before."),
  ),
  "format-widened": directed(
    "`format` is lifted, or a wider one",
    safe("The values accepted so far still are."),
    breaking("Values come that cannot be parsed as before.", "Parse values of any form there, or of the wider format."),
  ),
  "format-changed": directed(
    "Another `format`",
    breaking("Values of the old form are refused.", "Send values of the new format."),
    breaking("Values come that cannot be parsed as before.", "Parse values of the new format."),
  ),
  "pattern-added": directed(
    "`pattern` is set",
    breaking("Values that do not fit are refused.", "Send values that fit."),
    safe("The values that come could come before."),
  ),
  "pattern-removed": directed(
    "`pattern` is lifted",
    safe("The values accepted so far still are."),
    breaking("Values come that did not fit before.", "Be ready for values of any form."),
  ),
  "pattern-changed": directed(
    "Another `pattern`",
    risky(
      "Whether it takes less than before cannot be told from the texts.",
      "Check the values that you send against it.",
    ),
    risky("Whether more comes than before cannot be told from the texts.", "Check what you do with such values."),
  ),
  "content-changed": directed(
    "`contentEncoding` or `contentMediaType`",
    breaking("The same content is another text on the wire.", "Encode the content in the new way."),
    breaking("The same content is another text on the wire.", "Decode the content in the new way."),
  ),
  "default-changed": directed(
    "`default`",
    risky("Who leaves the value out gets something else done.", "Send the value that you rely on."),
    safe("It says nothing about what comes."),
  ),

  // Schemas: objects
  "property-added": directed(
    "An optional property",
    safe("Objects without it are as good as before."),
    safe("Clients ignore properties that they do not know."),
  ),
  "required-property-added": directed(
    "A required property",
    breaking("Objects without it are refused.", "Send the property."),
    safe("Clients ignore properties that they do not know."),
  ),
  "property-removed": directed(
    "An optional property is gone; in a request, one that is ignored now",
    risky("What a client says with it is not heeded any more.", "Stop sending it, and check that you can do without."),
    risky("It could be absent before, but now it always is.", "Check code that reads it."),
  ),
  "required-property-removed": directed(
    "A required property is gone; in a request, one that is ignored now",
    risky("What a client says with it is not heeded any more.", "Stop sending it, and check that you can do without."),
    breaking("Clients rely on it.", "Do without the property."),
  ),
  "property-refused": {
    about: "A property is gone where unknown properties are refused",
    request: breaking("Objects with it are refused.", "Stop sending the property."),
  },
  "property-became-required": directed(
    "A property must be there",
    breaking("Objects without it are refused.", "Always send the property."),
    safe("It could be there before."),
  ),
  "property-became-optional": directed(
    "A property may be absent",
    safe("Objects with it are as good as before."),
    breaking("Clients rely on it.", "Be ready for its absence."),
  ),
  "additional-properties-refused": directed(
    "Unknown properties are refused where they were not",
    breaking("Objects with properties that are not declared are refused.", "Send declared properties only."),
    safe("Such properties just do not come."),
  ),
  "additional-properties-allowed": directed(
    "Unknown properties may be there where they could not",
    safe("The objects accepted so far still are."),
    risky("Properties may come that no document names.", "Ignore properties that you do not know."),
  ),

  // Schemas: alternatives
  "kind-added": directed(
    "An alternative that is told from the others by a property of its own, such as `action` or `type`",
    safe("The kinds accepted so far still are."),
    risky("A client that knows each kind meets a new one.", "Have a case for kinds that you do not know."),
  ),
  "alternative-added": directed(
    "An alternative that no property tells from the others",
    safe("The values accepted so far still are."),
    breaking("Values come that a client cannot read.", "Read values of that form too."),
  ),
  "alternative-removed": directed(
    "An alternative is gone",
    breaking("Values of that form are refused.", "Send values of the forms that are left."),
    safe("Such values just do not come."),
  ),
  "exclusiveness-changed": anyway(
    "`oneOf` instead of `anyOf` or the reverse, where nothing tells the alternatives apart",
    risky("A value that fits several alternatives is judged otherwise.", "Check values that fit more than one."),
  ),
  "discriminator-added": anyway("`discriminator`", safe("It says how to read what came before too.")),
  "discriminator-changed": anyway(
    "`discriminator` is gone, or its mapping leads elsewhere",
    risky("Generated clients read alternatives by it.", "Generate the client anew, and check what it reads."),
  ),
  "discriminator-replaced": anyway(
    "`discriminator` names another property",
    breaking("Clients look at a property that no longer tells the kind.", "Tell the kinds apart by the new property."),
  ),
} satisfies Record<string, Rule>;

export type RuleId = keyof typeof table;

/** The rules by id. docs/compatibility-rules.md shows them as a table, which `openhands-api diff --rules` prints. */
export const rules: Readonly<Record<RuleId, Rule>> = table;

function anyway(about: string, verdict: Verdict): Rule {
  return { about, any: verdict };
}

function directed(about: string, request: Verdict, response: Verdict): Rule {
  return { about, request, response };
}

function safe(why: string, action: string = nothing): Verdict {
  return { severity: "safe", why, action };
}

function risky(why: string, action: string): Verdict {
  return { severity: "risky", why, action };
}

function breaking(why: string, action: string): Verdict {
  return { severity: "breaking", why, action };
}
