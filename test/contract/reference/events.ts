import { holds, may, must } from "./field.ts";
import type { Fields } from "./field.ts";

const thought: Fields = { thought: may("string", "") };
const risk: Fields = { security_risk: may("ActionSecurityRisk", -1) };
const confirmation: Fields = { confirmation_state: may("ActionConfirmationStatus", "confirmed") };
const lines = (start: number): Fields => ({ start: may("integer", start), end: may("integer", -1) });

const task: Fields = {
  id: must("string"),
  title: must("string"),
  status: must("TaskStatus"),
  notes: may("string"),
};

/** reference/v0-api.md §6.2: the 21 actions that can be constructed, with their `args`. */
export const actions: Readonly<Record<string, Fields>> = {
  null: {},
  message: {
    content: must("string"),
    file_urls: may("string[]|null", null),
    image_urls: may("string[]|null", null),
    wait_for_response: may("boolean", false),
    ...risk,
  },
  system: {
    content: must("string"),
    tools: may("object[]|null", null),
    openhands_version: may("string|null", null),
    agent_class: may("string|null", null),
  },
  run: {
    command: must("string"),
    is_input: may("boolean", false),
    blocking: may("boolean", false),
    is_static: may("boolean", false),
    cwd: may("string|null", null),
    hidden: may("boolean", false),
    ...confirmation,
    ...risk,
    ...thought,
  },
  run_ipython: {
    code: must("string"),
    include_extra: may("boolean", true),
    kernel_init_code: may("string", ""),
    ...confirmation,
    ...risk,
    ...thought,
  },
  browse: { url: must("string"), return_axtree: may("boolean", false), ...risk, ...thought },
  browse_interactive: {
    browser_actions: must("string"),
    browsergym_send_msg_to_user: may("string", ""),
    return_axtree: may("boolean", false),
    ...risk,
    ...thought,
  },
  read: {
    path: must("string"),
    ...lines(0),
    impl_source: may("FileReadSource", "default"),
    view_range: may("integer[]|null", null),
    ...risk,
    ...thought,
  },
  write: { path: must("string"), content: must("string"), ...lines(0), ...risk, ...thought },
  edit: {
    path: must("string"),
    command: may("EditCommand", ""),
    file_text: may("string|null", null),
    old_str: may("string|null", null),
    new_str: may("string|null", null),
    insert_line: may("integer|null", null),
    content: may("string", ""),
    ...lines(1),
    impl_source: may("FileEditSource", "oh_aci"),
    ...risk,
    ...thought,
  },
  call_tool_mcp: { name: must("string"), arguments: may("object", {}), ...risk, ...thought },
  think: { ...thought },
  finish: { final_thought: may("string", ""), outputs: may("object", {}), ...thought },
  reject: { outputs: may("object", {}), ...thought },
  delegate: { agent: must("string"), inputs: must("object"), ...thought },
  recall: { recall_type: must("RecallType"), query: may("string", ""), ...thought },
  change_agent_state: { agent_state: must("string"), ...thought },
  condensation: {
    forgotten_event_ids: holds("integer[]|null"),
    forgotten_events_start_id: holds("integer|null"),
    forgotten_events_end_id: holds("integer|null"),
    summary: holds("string|null"),
    summary_offset: holds("integer|null"),
  },
  condensation_request: {},
  task_tracking: {
    command: may("TaskTrackingCommand", "view"),
    task_list: may("object[]", [], task),
    ...thought,
  },
  loop_recovery: { option: may("integer", 1) },
};

/** reference/v0-api.md §6.3: the 19 observations that can be constructed, with their `extras`. */
export const observations: Readonly<Record<string, Fields>> = {
  null: {},
  run: {
    command: holds("string"),
    metadata: holds("object", {
      exit_code: holds("integer"),
      pid: holds("integer"),
      username: holds("string|null"),
      hostname: holds("string|null"),
      working_dir: holds("string|null"),
      py_interpreter_path: holds("string|null"),
      prefix: holds("string"),
      suffix: holds("string"),
    }),
    hidden: holds("boolean"),
  },
  run_ipython: { code: holds("string"), image_urls: holds("string[]|null") },
  browse: {
    url: holds("string"),
    trigger_by_action: holds("string"),
    screenshot: holds("string"),
    screenshot_path: holds("string|null"),
    set_of_marks: holds("string"),
    error: holds("boolean"),
    goal_image_urls: holds("string[]"),
    open_pages_urls: holds("string[]"),
    active_page_index: holds("integer"),
    dom_object: holds("object"),
    axtree_object: holds("object"),
    extra_element_properties: holds("object"),
    last_browser_action: holds("string"),
    last_browser_action_error: holds("string"),
    focused_element_bid: holds("string"),
    filter_visible_only: holds("boolean"),
  },
  read: { path: holds("string"), impl_source: holds("FileReadSource") },
  write: { path: holds("string") },
  edit: {
    path: holds("string"),
    prev_exist: holds("boolean"),
    old_content: holds("string|null"),
    new_content: holds("string|null"),
    impl_source: holds("FileEditSource"),
    diff: holds("string|null"),
    _diff_cache: holds("string|null"),
  },
  delegate: { outputs: holds("object") },
  success: {},
  error: { error_id: holds("string") },
  agent_state_changed: { agent_state: holds("AgentState"), reason: holds("string") },
  user_rejected: {},
  condense: {},
  think: {},
  recall: {
    recall_type: holds("RecallType"),
    repo_name: holds("string"),
    repo_directory: holds("string"),
    repo_branch: holds("string"),
    repo_instructions: holds("string"),
    additional_agent_instructions: holds("string"),
    date: holds("string"),
    conversation_instructions: holds("string"),
    working_dir: holds("string"),
    runtime_hosts: holds("object"),
    custom_secrets_descriptions: holds("object"),
    microagent_knowledge: holds("object[]", {
      name: holds("string"),
      trigger: holds("string"),
      content: holds("string"),
    }),
  },
  mcp: { name: holds("string"), arguments: holds("object") },
  download: { file_path: holds("string") },
  task_tracking: { command: holds("string"), task_list: holds("object[]", task) },
  loop_detection: {},
};

const tokenUsage: Fields = {
  model: holds("string"),
  prompt_tokens: holds("integer"),
  completion_tokens: holds("integer"),
  cache_read_tokens: holds("integer"),
  cache_write_tokens: holds("integer"),
  context_window: holds("integer"),
  per_turn_token: holds("integer"),
  response_id: holds("string"),
};

const envelope: Fields = {
  id: holds("integer"),
  timestamp: holds("string"),
  source: holds("EventSource"),
  message: holds("string"),
  cause: holds("integer"),
  tool_call_metadata: holds("object", {
    function_name: holds("string"),
    tool_call_id: holds("string"),
    model_response: holds("object"),
    total_calls_in_response: holds("integer"),
  }),
};

/** reference/v0-api.md §6.1: every key that stands at the top level of some action. */
export const actionEnvelope: Fields = {
  ...envelope,
  llm_metrics: holds("object", {
    accumulated_cost: holds("number"),
    max_budget_per_task: holds("number|null"),
    accumulated_token_usage: holds("object", tokenUsage),
    costs: holds("object[]", { model: holds("string"), cost: holds("number"), timestamp: holds("number") }),
    response_latencies: holds("object[]", {
      model: holds("string"),
      latency: holds("number"),
      response_id: holds("string"),
    }),
    token_usages: holds("object[]", tokenUsage),
  }),
  action: holds("string"),
  args: holds("object"),
  timeout: holds("number"),
};

/** The same for observations. */
export const observationEnvelope: Fields = {
  ...envelope,
  observation: holds("string"),
  content: holds("string"),
  extras: holds("object"),
  success: holds("boolean"),
};

/** The observations that have `success` at their top level; no other has. */
export const withSuccess: readonly string[] = ["run", "run_ipython"];
