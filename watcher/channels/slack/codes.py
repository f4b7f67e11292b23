"""What Slack's error codes mean for the one who sends (docs.slack.dev: errors of chat.postMessage, of the files methods,
and of incoming webhooks)."""

from __future__ import annotations

TOKEN_DEAD = frozenset({
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
    "not_allowed_token_type", "app_access_restricted", "access_denied", "two_factor_setup_required",
    "org_login_required",
})  # fmt: skip
TARGET_DEAD = frozenset({
    "channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "no_permission",
    "messages_tab_disabled", "ekm_access_denied", "team_not_found", "action_prohibited", "no_service", "no_team",
    "user_not_found", "posting_to_general_channel_denied", "restricted_action",
    "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
})  # fmt: skip
THREAD_GONE = frozenset({
    "message_not_found", "thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked",
    "restricted_action_non_threadable_channel",
})  # fmt: skip
REFUSED = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text",
    "too_many_attachments", "invalid_payload", "markdown_text_conflict", "invalid_arg_name", "invalid_arguments",
    "invalid_charset", "invalid_form_data", "invalid_post_type", "invalid_metadata_format",
    "invalid_metadata_schema", "metadata_must_be_sent_from_app", "metadata_too_large",
})  # fmt: skip
WAIT = frozenset({
    "ratelimited", "rate_limited", "message_limit_exceeded",
})  # fmt: skip
MAYBE_POSTED = frozenset({
    "fatal_error", "internal_error", "request_timeout", "service_unavailable", "rollup_error",
})  # fmt: skip
