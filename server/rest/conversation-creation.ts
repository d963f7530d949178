import { ActionEvent, ObservationEvent, trimmedExtras } from "../../contract/index.ts";
import type { ConversationTrigger, CreateConversationRequest, ErrorDetail, Event } from "../../contract/index.ts";
import type { NewConversation } from "../conversations/conversation-service.ts";
import { promptFor } from "../conversations/suggested-task.ts";
import { issueDetails, validationFailed } from "../http/errors.ts";
import type { Principal } from "../identity/principal.ts";

/** More of what is wrong with a trajectory helps nobody. */
const mostDetails = 20;

/**
 * What a request to create a conversation asks for.
 * @param options.allowIds whether the operator lets clients choose the id
 * @throws {ApiError} `validation_failed`
 */
export function newConversation(
  request: CreateConversationRequest,
  { via }: Principal,
  { allowIds }: { readonly allowIds: boolean },
): NewConversation {
  const { create_microagent, mcp_config, conversation_id: id } = request;
  if (id !== undefined && !allowIds)
    throw unfit("conversation_id", "must be left out: this server chooses the ids (ALLOW_SET_CONVERSATION_ID is off)");
  const message = firstMessage(request);
  const replay = typeof request.replay_json === "string" ? readReplay(request.replay_json) : null;
  if (replay && message)
    throw unfit("replay_json", "must be left out, or initial_user_msg, image_urls and suggested_task must be");
  return {
    id: id ?? null,
    version: "V0",
    repository: request.repository ?? create_microagent?.repo ?? null,
    branch: request.selected_branch ?? null,
    gitProvider: request.git_provider ?? create_microagent?.git_provider ?? null,
    trigger: triggerOf(request, via),
    instructions: request.conversation_instructions || null,
    mcpConfig: mcp_config ?? null,
    message,
    replay: replay ?? [],
  };
}

/** What a conversation is for says more about it than how its creator logged in. */
function triggerOf(request: CreateConversationRequest, via: Principal["via"]): ConversationTrigger {
  if (request.suggested_task) return "suggested_task";
  if (request.create_microagent) return "microagent_management";
  return via === "key" || via === "token" ? "openhands_api" : "gui";
}

function firstMessage({ suggested_task, initial_user_msg, image_urls }: CreateConversationRequest) {
  const parts = [suggested_task ? promptFor(suggested_task) : "", initial_user_msg ?? ""];
  const content = parts.filter((part) => part !== "").join("\n\n");
  const images = image_urls ?? [];
  return content === "" && images.length === 0 ? null : { content, images };
}

/** @throws {ApiError} `validation_failed` with a detail for each entry that is no event */
function readReplay(text: string): Event[] {
  const entries = parse(text);
  if (!Array.isArray(entries)) throw unfit("replay_json", "must be the JSON text of a list of events");
  const events: Event[] = [];
  const details: ErrorDetail[] = [];
  const ids = new Set<number>();
  for (const [index, entry] of entries.entries()) {
    const result = schemaOf(entry).safeParse(restored(entry));
    if (!result.success) {
      details.push(
        ...issueDetails(
          "body",
          result.error.issues.map((issue) => at(index, issue)),
        ),
      );
      if (details.length >= mostDetails) break;
      continue;
    }
    if (ids.has(result.data.id)) details.push(detail(`replay_json.${index}.id`, "must not be that of another entry"));
    ids.add(result.data.id);
    events.push(result.data);
  }
  if (details.length > 0) throw validationFailed(details.slice(0, mostDetails));
  return events;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Told apart before they are validated: of a union, what is wrong could be said of either side only. */
function schemaOf(entry: unknown): typeof ActionEvent | typeof ObservationEvent {
  return isObject(entry) && "observation" in entry ? ObservationEvent : ActionEvent;
}

/** An observation with all that an exported trajectory leaves out of it, empty. */
function restored(entry: unknown): unknown {
  if (!isObject(entry) || !isObject(entry["extras"])) return entry;
  const schema = ObservationEvent.options.find(({ shape }) => shape.observation.value === entry["observation"]);
  const names = Object.keys(schema?.shape.extras.shape ?? {});
  const missing = Object.entries(trimmedExtras).filter(([name]) => names.includes(name));
  return { ...entry, extras: { ...Object.fromEntries(missing), ...entry["extras"] } };
}

function at<Issue extends { readonly path: readonly PropertyKey[]; readonly message: string }>(
  index: number,
  issue: Issue,
): Issue {
  return { ...issue, path: ["replay_json", index, ...issue.path] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unfit(path: string, message: string): Error {
  return validationFailed([detail(path, message)]);
}

function detail(path: string, message: string): ErrorDetail {
  return { in: "body", path, message };
}
