//! Lambda from the outside: real processes, a real Runtime API, fakes for the services around it.
//!
//! This program is also the function that it tests: a package's `bootstrap` is one line that names this very program as
//! its interpreter, and a variable of the function's environment says that it is meant to be one. `easy` has no fakes: there
//! such functions run in stacks on a whole cloud.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::exit, clippy::print_stdout, reason = "as a function it exits and prints, which is what is tested")]
#![allow(clippy::needless_pass_by_value, reason = "a call with a JSON literal reads better without an ampersand")]
#![allow(clippy::zombie_processes, reason = "a function that leaves processes behind is one of the things tested")]

mod api;
mod bootstrap;
#[path = "../support/mod.rs"]
mod clients;
mod clock;
mod destinations;
mod easy;
mod fakes;
mod figures;
mod generated;
mod kills;
mod laptop;
mod lifecycle;
mod mapping;
mod orphans;
mod providers;
mod rights;
mod script;
mod support;
mod world;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// A trial named after an asynchronous test.
macro_rules! trials {
    ($($module:ident :: $name:ident),* $(,)?) => {
        vec![$(Trial::test(concat!(stringify!($module), "::", stringify!($name)), || {
            support::run($module::$name());
            Ok(())
        })),*]
    };
}

fn main() -> ExitCode {
    match std::env::var(bootstrap::ROLE).as_deref() {
        Ok("function") => bootstrap::run(),
        Ok("sleeper") => loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        },
        Ok("killed-cloud") => support::run(kills::run_cloud()),
        Ok("cloud") => support::run(orphans::run_cloud()),
        _ => {}
    }
    tracing::subscriber::set_global_default(support::Warnings).unwrap();
    let trials = trials![
        lifecycle::a_warm_environment_is_reused,
        lifecycle::a_caller_that_calls_again_at_once_meets_a_warm_environment,
        lifecycle::parallel_invocations_scale_out_and_run_side_by_side,
        lifecycle::beyond_the_limit_invocations_are_throttled,
        lifecycle::reserved_concurrency_of_zero_throttles_everything,
        lifecycle::reserved_concurrency_limits_its_function_and_no_other,
        lifecycle::a_timeout_kills_the_whole_group_and_the_next_call_is_cold,
        lifecycle::an_exit_is_told_as_lambda_tells_it_and_the_next_call_is_cold,
        lifecycle::a_crash_names_its_signal,
        lifecycle::memory_beyond_the_limit_ends_the_process,
        lifecycle::address_space_that_is_only_reserved_is_no_memory,
        lifecycle::an_error_that_the_function_reports_is_unhandled_and_keeps_the_environment,
        lifecycle::an_init_that_exits_is_tried_twice_and_then_told,
        lifecycle::an_init_error_is_told_in_the_runtimes_words,
        lifecycle::an_init_that_hangs_is_killed_after_ten_seconds_and_then_at_the_timeout,
        lifecycle::background_work_stands_still_between_invocations,
        lifecycle::without_freezing_background_work_goes_on,
        lifecycle::an_environment_is_free_only_when_it_asks_for_the_next_event,
        lifecycle::a_response_over_six_megabytes_is_an_error_and_the_environment_lives,
        lifecycle::a_wrong_request_id_is_refused_and_the_right_one_still_counts,
        lifecycle::the_environment_starts_from_empty,
        lifecycle::lines_between_start_and_report_are_those_of_the_invocation,
        lifecycle::json_logs_carry_platform_events_and_filter_by_level,
        lifecycle::new_code_serves_new_calls_while_running_ones_finish_on_the_old,
        lifecycle::an_idle_environment_is_ended,
        lifecycle::an_environment_killed_while_idle_is_replaced,
        lifecycle::a_program_file_runs_as_a_script_does,
        figures::durations_are_those_of_init_and_invocation_and_init_is_told_once,
        figures::a_timed_out_invocation_lasted_as_long_as_its_timeout,
        figures::the_memory_told_is_the_peak_of_the_process,
        figures::json_reports_have_the_same_figures,
        script::a_shell_script_with_curl_is_a_function,
        script::the_next_event_is_waited_for_and_not_asked_for_again,
        rights::without_the_rights_to_its_log_a_function_runs_and_its_lines_are_lost,
        rights::a_group_that_the_stack_made_needs_no_right_to_make_it,
        rights::iam_warn_keeps_the_lines_and_says_what_aws_would_lose_and_iam_off_says_nothing,
        rights::results_go_by_the_role_and_the_queues_policy_as_they_are_then,
        laptop::every_listener_of_a_cloud_is_on_the_loopback_address,
        laptop::the_runtime_api_answers_to_loopback_names_only,
        orphans::shutdown_leaves_no_process,
        orphans::a_killed_cloud_leaves_no_process,
        api::an_sdk_creates_invokes_updates_and_deletes_a_function,
        api::functions_and_policies_survive_a_restart,
        api::bad_requests_are_refused_with_lambdas_codes,
        api::an_operation_that_is_not_offered_says_so,
        api::an_asynchronous_invocation_is_retried_twice_then_dropped,
        api::an_asynchronous_invocation_waits_through_a_restart,
        api::rights_are_named_per_operation,
        mapping::a_batch_that_succeeds_is_deleted,
        mapping::only_reported_items_stay,
        mapping::a_failed_batch_stays_hidden_and_whole,
        mapping::an_unreadable_report_fails_the_whole_batch,
        mapping::a_batch_whose_function_crashes_or_times_out_stays_whole,
        mapping::a_failed_batch_comes_again_after_its_visibility_timeout_and_then_goes_to_the_dead_letters,
        mapping::without_the_response_type_a_report_means_nothing,
        mapping::a_throttled_batch_is_handed_over_later,
        mapping::a_queue_is_polled_by_the_rights_that_the_role_has_now,
        mapping::lambdas_refusals_at_creation,
        mapping::a_batching_window_gathers_messages,
        mapping::a_filter_drops_what_does_not_match,
        mapping::concurrency_is_limited_and_used,
        mapping::a_mapping_resumes_after_a_restart_and_stops_when_disabled,
        mapping::a_failing_queue_is_tried_again,
        mapping::a_fifo_queue_is_worked_on_in_order_and_a_failure_holds_its_group_only,
        providers::a_function_is_made_changed_and_removed,
        providers::a_permission_lets_its_source_in_and_no_other,
        providers::a_mapping_is_made_changed_and_removed,
        providers::an_interrupted_creation_is_found_again,
        clock::an_asynchronous_event_is_retried_after_one_minute_and_two_more,
        clock::a_cron_rule_fires_when_the_clock_passes_its_time,
        clock::a_batching_window_of_five_minutes_ends_when_the_clock_passes_it,
        clock::a_running_function_keeps_its_real_deadline_and_an_idle_one_is_ended,
        destinations::a_success_and_an_exhausted_failure_are_told_to_their_queues,
        destinations::an_event_that_grew_too_old_or_met_a_function_switched_off_is_told_as_such,
        destinations::a_function_as_destination_is_invoked_with_the_record,
        destinations::destinations_that_lambda_refuses_are_refused_at_creation,
        destinations::an_sdk_puts_changes_reads_and_deletes_the_configuration,
        kills::a_cloud_killed_under_load_loses_nothing_it_acknowledged,
        easy::a_granted_right_is_in_force_until_an_update_takes_it_away_and_deletion_leaves_nothing,
        easy::without_the_grant_a_function_is_denied_in_awss_words,
        easy::a_failed_update_gives_the_right_back,
        generated::a_cdk_stack_of_level_2_is_made_answers_changes_and_goes,
        generated::a_cdk_stack_of_level_1_is_made_answers_changes_and_goes,
        generated::a_cdk_rule_on_the_bootstrap_version_is_evaluated,
        generated::a_transformed_sam_template_is_made_answers_changes_and_goes,
        generated::an_untransformed_sam_template_is_refused_with_what_to_do,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
